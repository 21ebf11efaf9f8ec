/** Cells that run in the page of a served deck: the entry that it loads besides its own modules. */
import frames from "./frames.js";
import cells from "./cells.js";
import outputs from "./outputs.js";
import bars from "./bars.js";
import editor from "./editor.js";
import questions from "./questions.js";

const deck = globalThis.celldeck;
const looks = document.createElement("link");
looks.rel = "stylesheet";
looks.href = "/~static/running.css";
document.head.append(looks);
frames(deck);
if (deck.options.run) for (const module of [cells, outputs, bars, editor, questions]) module(deck);
