// Keys of the page: what each does, wherever the focus is.
export interface KeyActions {
  /** Whether another window takes the keys. */
  readonly busy: () => boolean;
  readonly canvas: () => HTMLElement | undefined;
  readonly escape: (typing: HTMLElement | undefined) => boolean;
  /** Of a field of the filters. */
  readonly submit: (event: Event) => void;
  readonly search: () => void;
  readonly help: () => void;
  readonly theme: () => void;
  readonly zoom: (factor: number) => void;
  readonly fit: () => void;
  readonly otherFinding: (by: number) => void;
  readonly across: (by: number, shift: boolean) => void;
  readonly along: (by: number) => void;
  /** @returns Whether there was something to open. */
  readonly open: () => boolean;
}

export function listenToKeys(does: KeyActions): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || does.busy()) return;
    const target = event.target as HTMLElement;
    const typing = target.closest("input, select, textarea") !== null;
    if (event.key === "Escape") {
      if (does.escape(typing ? target : undefined)) event.preventDefault();
      return;
    }
    if (typing) {
      // A form with two fields and no button is not submitted by itself.
      if (event.key === "Enter" && target instanceof HTMLInputElement) does.submit(event);
      return;
    }
    const canvas = does.canvas();
    if (pressed(event, does, target === canvas || target === document.body)) event.preventDefault();
  });
}

/** @returns Whether the key meant something. */
function pressed(event: KeyboardEvent, does: KeyActions, onCanvas: boolean): boolean {
  switch (event.key) {
    case "/":
      does.search();
      return true;
    case "?":
      does.help();
      return true;
    case "t":
      does.theme();
      return true;
    case "+":
    case "=":
      does.zoom(0.625);
      return true;
    case "-":
      does.zoom(1.6);
      return true;
    case "0":
      does.fit();
      return true;
    case "n":
    case "p":
      does.otherFinding(event.key === "n" ? 1 : -1);
      return true;
    case "ArrowLeft":
    case "ArrowRight":
      if (onCanvas) does.across(event.key === "ArrowLeft" ? -1 : 1, event.shiftKey);
      return onCanvas;
    case "ArrowUp":
    case "ArrowDown":
      if (onCanvas) does.along(event.key === "ArrowUp" ? -1 : 1);
      return onCanvas;
    case "Enter":
      return onCanvas && does.open();
    default:
      return false;
  }
}
