/** Which modules work in which view of a presented deck, in their order. This file and served.js are the ones that import. */
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
import cellstate from "./cellstate.js";
import split from "./split.js";
import timer from "./timer.js";
import rehearsal from "./rehearsal.js";
import controls from "./controls.js";
import progress from "./progress.js";
import wakelock from "./wakelock.js";
import announce from "./announce.js";
import sync from "./sync.js";
import stage from "./stage.js";
import frames from "./frames.js";
import follow from "./follow.js";
import outputs from "./outputs.js";
import address from "./address.js";

const BOTH = ["", "presenter"];
// On the phones of those who listen: what shows slides, and nothing that speaks to other windows.
const ALL = [...BOTH, "audience"];
const modules = [
  [wire, BOTH], // before all that speak to other windows
  [memory, ALL], // before all that remember
  [journal, BOTH],
  [claims, ALL], // before whatever asks it
  [fit, ALL],
  [webkit, ALL],
  [still, ALL],
  [fragments, ALL],
  [transitions, ["", "audience"]],
  [keys, ALL],
  [wheel, ALL],
  [touch, ALL],
  [click, ["", "audience"]],
  [idle, ["", "audience"]],
  [fullscreen, ALL],
  [save, BOTH],
  [dialog, ALL],
  [help, ALL],
  [search, ALL],
  [trail, ALL],
  [overview, ALL],
  [hold, ["presenter"]],
  [blackout, BOTH],
  [pointer, BOTH],
  [laser, BOTH],
  [pen, BOTH],
  [zoom, BOTH],
  [presenter, BOTH], // before the parts of its view
  [preview, ["presenter"]],
  [notes, ["presenter"]],
  [cellstate, ["presenter"]],
  [split, ["presenter"]],
  [timer, BOTH],
  [rehearsal, BOTH],
  [controls, ["", "audience"]], // after those that have buttons there
  [progress, ["", "audience"]],
  [wakelock, ALL],
  [announce, ALL],
  [sync, BOTH],
  [stage, BOTH],
  [frames, ["audience"]], // in the author's page running.js brings it
  [follow, ["audience"]],
  [outputs, ["audience"]], // after follow, which gives it its cells
  [address, ALL], // last: it shows the first slide, and all others hear of it
];

const talk = deck(document.getElementById(":$p"));
talk.options = JSON.parse(document.getElementById("celldeck-options")?.textContent ?? "{}");
const asked = new URLSearchParams(location.search).get("view") === "presenter" ? "presenter" : "";
talk.view = talk.options.follow ? "audience" : asked;
document.body.dataset.bespokeView = talk.view;
for (const [module, views] of modules) if (views.includes(talk.view)) module(talk);
talk.emit("ready");
globalThis.celldeck = talk;
