/** Cells that run in the page of a served deck: the entry that it loads besides its own modules. */
import frames from "./frames.js";

const looks = document.createElement("link");
looks.rel = "stylesheet";
looks.href = "/~static/running.css";
document.head.append(looks);
frames(globalThis.celldeck);
