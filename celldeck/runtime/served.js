/** What works in a deck that is served beside what works in every one, in its order. */
import patch from "./patch.js";
import live from "./live.js";
import overflow from "./overflow.js";
import edits from "./edits.js";
import problems from "./problems.js";

const looks = document.createElement("link");
looks.rel = "stylesheet";
looks.href = "/~static/served.css";
document.head.append(looks);
for (const module of [patch, live, overflow, edits, problems]) module(globalThis.celldeck);
