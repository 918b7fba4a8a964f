// The shape of each kind of frame, and of each severity. Triangles point where the frame goes: right from the client, left from the server.
import type { pageKinds } from "../page-data.ts";

export type Kind = (typeof pageKinds)[number];

type Context = CanvasRenderingContext2D;

/** Draw in the current fill and stroke style, within about `r` of the middle. */
export function drawMark(c: Context, kind: Kind, server: boolean, x: number, y: number, r: number): void {
  const to = server ? -1 : 1;
  c.lineWidth = 1.6;
  switch (kind) {
    case "headers":
      polygon(c, [x - to * r, y - r, x + to * r * 1.15, y, x - to * r, y + r]);
      c.fill();
      break;
    case "continuation":
    case "push-promise":
      polygon(c, [x - to * r, y - r, x + to * r * 1.1, y, x - to * r, y + r]);
      c.stroke();
      if (kind === "push-promise") c.fillRect(x + to * r - 1, y - r, 2, 2 * r);
      break;
    case "data":
      c.fillRect(x - r * 0.55, y - r, r * 1.1, 2 * r);
      break;
    case "rst-stream":
      c.lineWidth = 2.6;
      line(c, x - r, y - r, x + r, y + r);
      line(c, x - r, y + r, x + r, y - r);
      break;
    case "goaway": {
      const k = r * 0.45;
      polygon(c, [
        x - k,
        y - r,
        x + k,
        y - r,
        x + r,
        y - k,
        x + r,
        y + k,
        x + k,
        y + r,
        x - k,
        y + r,
        x - r,
        y + k,
        x - r,
        y - k,
      ]);
      c.fill();
      break;
    }
    case "settings":
      polygon(c, [x, y - r * 1.15, x + r * 1.15, y, x, y + r * 1.15, x - r * 1.15, y]);
      c.fill();
      break;
    case "window-update":
      c.lineWidth = 2;
      c.beginPath();
      c.moveTo(x - r, y + r * 0.6);
      c.lineTo(x, y - r * 0.7);
      c.lineTo(x + r, y + r * 0.6);
      c.stroke();
      break;
    case "ping":
      c.beginPath();
      c.arc(x, y, r * 0.85, 0, TURN);
      c.stroke();
      break;
    case "priority":
    case "priority-update":
      c.fillRect(x - r, y - 1.2, 2 * r, 2.4);
      if (kind === "priority-update") c.fillRect(x - 1.2, y - r, 2.4, 2 * r);
      break;
    case "http1":
      c.strokeRect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
      break;
    default:
      c.strokeRect(x - r * 0.7, y - r * 0.7, r * 1.4, r * 1.4);
      c.fillRect(x - 1, y - 1, 2, 2);
  }
}

/** Triangle, diamond, disc: severe to mild. */
export function drawSeverity(c: Context, severity: string, x: number, y: number, r: number): void {
  c.beginPath();
  if (severity === "error") {
    c.moveTo(x, y - r);
    c.lineTo(x + r, y + r * 0.85);
    c.lineTo(x - r, y + r * 0.85);
  } else if (severity === "warning") {
    c.moveTo(x, y - r);
    c.lineTo(x + r, y);
    c.lineTo(x, y + r);
    c.lineTo(x - r, y);
  } else c.arc(x, y, r * 0.8, 0, TURN);
  c.closePath();
  c.fill();
}

export function arrowHead(c: Context, x: number, y: number, angle: number, r: number): void {
  c.beginPath();
  c.moveTo(x, y);
  c.lineTo(x - r * Math.cos(angle - 0.45), y - r * Math.sin(angle - 0.45));
  c.lineTo(x - r * Math.cos(angle + 0.45), y - r * Math.sin(angle + 0.45));
  c.closePath();
  c.fill();
}

function polygon(c: Context, points: readonly number[]): void {
  c.beginPath();
  for (let i = 0; i < points.length; i += 2) c.lineTo(points[i]!, points[i + 1]!);
  c.closePath();
}

function line(c: Context, x1: number, y1: number, x2: number, y2: number): void {
  c.beginPath();
  c.moveTo(x1, y1);
  c.lineTo(x2, y2);
  c.stroke();
}

const TURN = 2 * Math.PI;
