/**
 * The presenter's phone: two large buttons, the notes of the step, the timer. It shows what the stream `stream`
 * tells and asks for actions at `do`; the laptop's window does them.
 */
"use strict";

const part = (id) => document.getElementById(id);
let told = null; // the newest message with a place, and when it came
let shown = ""; // the notes that stand there

const clock = (ms) => {
  const all = Math.floor(ms / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
};

const trouble = (text) => {
  part("trouble").textContent = text;
  part("trouble").hidden = !text;
};

const tick = () => {
  if (!told) return;
  part("timer").textContent = clock(told.elapsed + (told.runs ? Date.now() - told.at : 0));
  part("timer").dataset.runs = told.runs;
};

const showNotes = ({ notes, place: { step } }) => {
  const box = part("notes");
  if (notes !== shown) {
    // The server's policy lets no script of theirs run.
    box.innerHTML = notes || '<p class="empty">No notes for this slide.</p>';
    box.scrollTop = 0;
    shown = notes;
  }
  const parts = [...box.querySelectorAll(":scope > [data-step]")];
  const now = parts.filter((each) => Number(each.dataset.step) <= step).at(-1);
  for (const each of parts) each.toggleAttribute("data-now", each === now);
  if (now && step) now.scrollIntoView({ block: "nearest" });
};

const show = (message) => {
  const { place, slides, title, next } = message;
  told = { ...message, at: Date.now() };
  const atEnd = place.slide === slides - 1 && place.step === place.last;
  part("page").textContent = `${place.slide + 1} / ${slides}${place.last ? ` · step ${place.step} of ${place.last}` : ""}`;
  part("title").textContent = title || "(no title)";
  part("next").textContent = next === null ? "" : `Next: ${next || "(no title)"}`;
  part("previous").disabled = place.slide === 0 && place.step === 0;
  part("go").disabled = atEnd;
  part("blackout").setAttribute("aria-pressed", String(place.black));
  showNotes(message);
  tick();
};

const send = async (action) => {
  try {
    const answer = await fetch("do", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ do: action }),
      signal: AbortSignal.timeout(3000),
    });
    trouble(answer.status === 409 ? "The deck is open in no window of the laptop." : "");
  } catch {
    trouble("The laptop does not answer.");
  }
};

// One after another: side by side, two presses could arrive the other way round.
let sent = Promise.resolve();
const ask = (action) => {
  navigator.vibrate?.(15);
  sent = sent.then(() => send(action));
};

part("previous").addEventListener("click", () => ask("previous"));
part("go").addEventListener("click", () => ask("next"));
part("blackout").addEventListener("click", () => ask("blackout"));
part("timer").addEventListener("click", () => ask("timer"));
const keys = { ArrowRight: "next", PageDown: "next", ArrowLeft: "previous", PageUp: "previous", b: "blackout" };
addEventListener("keydown", (event) => {
  const action = keys[event.key];
  if (!action || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  ask(action);
});

const listen = () => {
  const stream = new EventSource("stream");
  stream.addEventListener("open", () => trouble(""));
  stream.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    if (message.place) show(message);
  });
  stream.addEventListener("error", () => {
    trouble("The connection is lost; it is tried again.");
    // Refused: the browser has given up, and this has not.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  });
};

listen();
setInterval(tick, 500);
// The screen stays on where the browser can see to it.
const stayOn = () => { if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {}); };
document.addEventListener("visibilitychange", stayOn);
stayOn();
