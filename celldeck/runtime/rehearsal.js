/**
 * A rehearsal: how long each step is on screen. `r` starts and ends it; every step is written down at once, so
 * neither a reload nor a crash loses it. The file that `R` saves, put beside the deck, is the plan of the talk.
 *
 * Sets `deck.rehearsal()`: the times so far, `[{slide, step, seconds}]` in the order of the deck, slides from 1.
 */
export default function rehearsal(deck) {
  // {visits: [{slide, step, at}], ended}, times in milliseconds since the epoch; ended is null while it goes on.
  let record = deck.kept("rehearsal", null);
  const isOn = () => Boolean(record && !record.ended);

  // One clock for all: it goes on evenly, and it outlives the page.
  const now = () => Math.round(performance.timeOrigin + performance.now());
  const keep = () => {
    deck.keep("rehearsal", record);
    deck.journal("rehearsal", record);
    deck.send("rehearsal", record);
    show();
  };
  const show = () => {
    document.body.classList.toggle("celldeck-rehearsing", isOn());
    deck.emit("rehearsal", isOn());
  };

  deck.rehearsal = () => {
    const totals = new Map();
    const visits = record?.visits ?? [];
    visits.forEach(({ slide, step, at }, number) => {
      const until = visits[number + 1]?.at ?? record.ended ?? now();
      const place = `${slide}.${step}`;
      const seconds = (totals.get(place)?.seconds ?? 0) + (until - at) / 1000;
      totals.set(place, { slide, step, seconds: Math.round(seconds * 1000) / 1000 });
    });
    return [...totals.values()].sort((a, b) => a.slide - b.slide || a.step - b.step);
  };

  const visit = (index, step) => {
    record.visits.push({ slide: index + 1, step, at: now() });
    keep();
  };

  deck.action("rehearse", () => {
    if (isOn()) {
      record.ended = now();
      keep();
    } else {
      record = { visits: [], ended: null };
      visit(deck.index, deck.step);
    }
  });
  deck.action("save-rehearsal", () => {
    const steps = deck.rehearsal();
    if (steps.length) deck.save("rehearsal.json", JSON.stringify({ celldeck: "rehearsal", steps }, null, 1));
  });

  deck.on("step", ({ index, step, remote }) => {
    if (!isOn() || remote) return; // The window that was stepped in writes it down, for all of them.
    const last = record.visits.at(-1);
    // A page that comes back from a reload is where it was.
    if (last?.slide !== index + 1 || last?.step !== step) visit(index, step);
  });
  deck.hear("rehearsal", (other) => {
    record = other;
    show();
  });
  show();

  // After a crash local storage may lack the last seconds, which the journal has.
  deck.readJournal("rehearsal").then((written) => {
    const newest = (each) => each?.ended ?? each?.visits.at(-1)?.at ?? 0;
    if (newest(written) <= newest(record)) return;
    record = written;
    deck.keep("rehearsal", record);
    show();
  });
}
