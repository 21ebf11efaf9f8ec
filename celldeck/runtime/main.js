/** Which modules work in which view of a presented deck, in their order. The one file that imports. */
import deck from "./deck.js";
import wire from "./wire.js";
import claims from "./claims.js";
import fit from "./fit.js";
import webkit from "./webkit.js";
import still from "./still.js";
import fragments from "./fragments.js";
import transitions from "./transitions.js";
import memory from "./memory.js";
import journal from "./journal.js";
import keys from "./keys.js";
import wheel from "./wheel.js";
import touch from "./touch.js";
import click from "./click.js";
import idle from "./idle.js";
import fullscreen from "./fullscreen.js";
import save from "./save.js";
import dialog from "./dialog.js";
import help from "./help.js";
import search from "./search.js";
import trail from "./trail.js";
import overview from "./overview.js";
import hold from "./hold.js";
import blackout from "./blackout.js";
import pointer from "./pointer.js";
import laser from "./laser.js";
import pen from "./pen.js";
import zoom from "./zoom.js";
import presenter from "./presenter.js";
import preview from "./preview.js";
import notes from "./notes.js";
import split from "./split.js";
import timer from "./timer.js";
import rehearsal from "./rehearsal.js";
import controls from "./controls.js";
import progress from "./progress.js";
import wakelock from "./wakelock.js";
import announce from "./announce.js";
import sync from "./sync.js";
import live from "./live.js";
import address from "./address.js";

const BOTH = ["", "presenter"];
const modules = [
  [wire, BOTH], // before all that speak to other windows
  [memory, BOTH], // before all that remember
  [journal, BOTH],
  [claims, BOTH], // before whatever asks it
  [fit, BOTH],
  [webkit, BOTH],
  [still, BOTH],
  [fragments, BOTH],
  [transitions, [""]],
  [keys, BOTH],
  [wheel, BOTH],
  [touch, BOTH],
  [click, [""]],
  [idle, [""]],
  [fullscreen, BOTH],
  [save, BOTH],
  [dialog, BOTH],
  [help, BOTH],
  [search, BOTH],
  [trail, BOTH],
  [overview, BOTH],
  [hold, ["presenter"]],
  [blackout, BOTH],
  [pointer, BOTH],
  [laser, BOTH],
  [pen, BOTH],
  [zoom, BOTH],
  [presenter, BOTH], // before the parts of its view
  [preview, ["presenter"]],
  [notes, ["presenter"]],
  [split, ["presenter"]],
  [timer, BOTH],
  [rehearsal, BOTH],
  [controls, [""]], // after those that have buttons there
  [progress, [""]],
  [wakelock, BOTH],
  [announce, BOTH],
  [sync, BOTH],
  [live, BOTH],
  [address, BOTH], // last: it shows the first slide, and all others hear of it
];

const talk = deck(document.getElementById(":$p"));
talk.options = JSON.parse(document.getElementById("celldeck-options")?.textContent ?? "{}");
talk.view = new URLSearchParams(location.search).get("view") === "presenter" ? "presenter" : "";
document.body.dataset.bespokeView = talk.view;
for (const [module, views] of modules) if (views.includes(talk.view)) module(talk);
talk.emit("ready");
globalThis.celldeck = talk;
