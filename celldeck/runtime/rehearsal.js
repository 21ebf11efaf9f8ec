/**
 * A rehearsal: how long each step is on screen. `r` starts and ends it; every step is written down at once, so
 * neither a reload nor a crash loses it. The file that `R` saves, put beside the deck, is the plan of the talk.
 *
 * Sets `deck.rehearsal()`: the times so far, `[{slide, step, seconds}]` in the order of the deck, slides from 1.
 */
export default function rehearsal(deck) {
  // {visits: [{slide, step, at}], runs, ended}, times in milliseconds since the epoch; ended is null while it goes
  // on; runs has the seconds that cells took, by their numbers from 0.
  let record = deck.kept("rehearsal", null);
  const isOn = () => Boolean(record && !record.ended);

  // One clock for all: it goes on evenly, and it outlives the page. A busy machine may get round to a key late;
  // when it was pressed counts.
  const now = () => {
    const { event } = globalThis;
    const pressed = event instanceof UIEvent && event.isTrusted ? event.timeStamp : performance.now();
    return Math.round(performance.timeOrigin + pressed);
  };
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
      record = { visits: [], runs: {}, ended: null };
      visit(deck.index, deck.step);
    }
  });
  deck.action("save-rehearsal", () => {
    const steps = deck.rehearsal();
    if (!steps.length) return;
    deck.save("rehearsal.json", JSON.stringify({ celldeck: "rehearsal", steps, cells: cells() }, null, 1));
  });

  /** How long each cell runs: as it did in the rehearsal, or else when the deck was built. */
  const cells = () => (deck.options.cells ?? []).flatMap(({ cell, slide, seconds }) => {
    const took = record.runs?.[cell - 1] ?? seconds;
    return took === null ? [] : [{ cell, slide, seconds: took }];
  });

  // All windows hear of a run, and write down the same.
  deck.on("cells", (changed) => {
    if (!isOn()) return;
    const done = changed.map((number) => deck.cells.all.get(number)).filter((cell) => cell?.seconds != null && cell.elapsed === null);
    const news = done.filter(({ cell, seconds }) => record.runs?.[cell] !== seconds);
    if (!news.length) return;
    record.runs = { ...record.runs, ...Object.fromEntries(news.map(({ cell, seconds }) => [cell, seconds])) };
    keep();
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
