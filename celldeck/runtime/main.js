/** Which modules work in a presented deck, in their order. The one file that imports. */
import deck from "./deck.js";
import claims from "./claims.js";
import fit from "./fit.js";
import webkit from "./webkit.js";
import still from "./still.js";
import fragments from "./fragments.js";
import keys from "./keys.js";
import wheel from "./wheel.js";
import touch from "./touch.js";
import click from "./click.js";
import idle from "./idle.js";
import fullscreen from "./fullscreen.js";
import controls from "./controls.js";
import progress from "./progress.js";
import live from "./live.js";
import address from "./address.js";

const modules = [
  claims, // before whatever asks it
  fit,
  webkit,
  still,
  fragments,
  keys,
  wheel,
  touch,
  click,
  idle,
  fullscreen,
  controls, // after fullscreen, for its button
  progress,
  live,
  address, // last: it shows the first slide, and all others hear of it
];

const talk = deck(document.getElementById(":$p"));
talk.options = JSON.parse(document.getElementById("celldeck-options")?.textContent ?? "{}");
document.body.dataset.bespokeView = "";
for (const module of modules) module(talk);
globalThis.celldeck = talk;
