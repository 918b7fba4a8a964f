// Tomcat 11: read. Its GOAWAY says what is wrong, in the language of the server; the English texts are here.
import type { Software } from "../software.ts";

export const tomcat: Software = {
  name: "Tomcat",
  texts: [
    {
      text: /A new remote stream ID of \[[\d,.]+\] was requested but the most recent stream was/,
      rules: ["stream-id/not-increasing", "stream-id/reuse"],
      says: "Tomcat refuses an id that is not above the highest",
    },
    {
      text: /A new remote stream ID of \[[\d,.]+\] was requested but all remote streams must use odd/,
      rules: ["stream-id/even-client"],
      says: "Tomcat refuses an even id",
    },
    {
      text: /Stream \[[\d,.]+\] has been closed for some time/,
      rules: ["stream-id/*", "stream/*"],
      says: "Tomcat has forgotten the stream",
    },
    {
      text: /Stream \[[\d,.]+\], State \[[A-Z_]+\], Frame type \[[A-Z_]+\]/,
      rules: ["stream/*", "stream-id/*"],
      says: "Tomcat saw a frame that the stream's state does not allow",
    },
    {
      text: /Too much overhead so the connection will be closed/,
      rules: ["abuse/*"],
      says: "Tomcat counts frames that carry little",
    },
    {
      text: /^Client sent more data than stream window allowed/,
      rules: ["flow/stream-window-exceeded"],
      says: "Tomcat saw more DATA than the window allows",
    },
  ],
  product: /^Apache-Coyote|^Apache Tomcat(?:\/(\S+))?/,
  answersOf: "Tomcat 11",
  answers: {
    oldId: "G PE",
    evenId: "G PE",
    requestTrailers: "ok",
    secondHeaders: "R PE",
    headersAfterEnd: "G SC",
    dataAfterEnd: "G SC or R SC",
    tooLarge: "G FSE",
    streamWindow: "R FCE",
    connectionWindow: "G FCE",
    hpack: "G CE",
    initialWindow: "G PE, G FCE",
    badSetting: "G PE, G FCE",
    malformed: "R PE or H 400",
    concurrency: "R RS",
    rapidReset: "G EYC",
    floods: "G EYC",
  },
};
