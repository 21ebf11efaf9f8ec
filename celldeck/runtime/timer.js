/**
 * Clock and timer of the presenter view, and the pace against the plan.
 *
 * The plan is `deck.options.plan`, seconds a slide (null: not planned), from `<!-- time: 2m -->` or a
 * rehearsal; a planned end can be set by hand. The timer starts with the first step on, and lasts through a
 * reload: `deck.timer` has `{elapsed(), isRunning, start(), pause(), reset()}`, in milliseconds.
 */
export default function timer(deck) {
  const kept = deck.kept("timer", { before: 0, since: null, goal: null });
  const now = () => Date.now();
  let { before, since, goal } = kept;
  // A talk that was left running yesterday is over.
  if (since && now() - since > 12 * 3_600_000) [before, since] = [0, null];

  const keep = () => {
    deck.keep("timer", { before, since, goal });
    deck.send("timer", { before, since, goal });
    draw();
    deck.emit("timer");
  };
  const self = {
    get isRunning() { return since !== null; },
    elapsed: () => before + (since === null ? 0 : now() - since),
    start() { if (since === null) { since = now(); keep(); } },
    pause() { if (since !== null) { before = self.elapsed(); since = null; keep(); } },
    reset() { before = 0; if (since !== null) since = now(); keep(); },
  };
  deck.timer = self;
  let draw = () => {};

  // Without a presenter view somebody else may show the time: the presenter's phone.
  if (deck.view !== "presenter" && !deck.options.stage) return;
  deck.action("timer", () => (self.isRunning ? self.pause() : self.start()));
  deck.on("step", ({ from, remote }) => {
    // The talk begins when it leaves the slide that it was opened with.
    const isOurs = deck.view === "presenter" || !remote;
    if (isOurs && from.index >= 0 && before === 0 && since === null) self.start();
  });
  deck.hear("timer", (state) => {
    ({ before, since, goal } = state);
    draw();
  });
  if (deck.view !== "presenter") return;

  const plan = () => deck.options.plan ?? [];
  const sum = (list) => list.reduce((total, seconds) => total + (seconds ?? 0), 0);
  const text = (ms) => {
    const all = Math.floor(Math.abs(ms) / 1000);
    const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
    const two = (number) => String(number).padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  };

  const { bar } = deck.panels;
  const part = (name, label) => {
    const element = bar.appendChild(document.createElement("span"));
    element.className = `celldeck-${name}`;
    element.setAttribute("role", "timer");
    element.setAttribute("aria-label", label);
    return element;
  };
  const clock = part("clock", "Time of day");
  const elapsed = part("elapsed", "Time since the start");
  const toggle = deck.button(bar, "Start", "timer");
  deck.button(bar, "Reset", "reset-timer");
  const label = bar.appendChild(document.createElement("label"));
  label.append("Planned ");
  const field = label.appendChild(document.createElement("input"));
  field.type = "number";
  field.min = 0;
  field.max = 600;
  label.append(" min");
  const pace = part("pace", "Pace");

  const goalOf = () => goal ?? (sum(plan()) * 1000 || null);
  // What the plan wants to be over by the end of this slide's share; slides without a time share the rest evenly.
  const due = () => {
    const whole = goalOf();
    if (!whole) return null;
    const count = deck.slides.length;
    const given = plan();
    const planned = sum(given) * 1000;
    const open = count - given.filter((seconds) => seconds !== null && seconds !== undefined).length;
    const each = open ? Math.max(0, whole - planned) / open : 0;
    // A goal shorter or longer than a plan that covers all slides stretches it.
    const stretch = open || !planned ? 1 : whole / planned;
    const share = (at) => (given[at] ?? null) === null ? each : given[at] * 1000 * stretch;
    let start = 0;
    for (let at = 0; at < deck.index; at += 1) start += share(at);
    return { start, end: start + share(deck.index), whole };
  };

  draw = () => {
    clock.textContent = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    elapsed.textContent = text(self.elapsed());
    toggle.textContent = self.isRunning ? "Pause" : "Start";
    const to = due();
    if (document.activeElement !== field) field.value = goalOf() ? Math.round(goalOf() / 60_000) : "";
    pace.hidden = !to;
    if (!to) return;
    const done = self.elapsed();
    const near = (ms) => Math.round(ms / 1000) * 1000;
    // On time is anywhere within the slide's own share.
    const late = done > to.end ? done - to.end : done < to.start ? done - to.start : 0;
    pace.textContent = late >= 1000 ? `${text(near(late))} behind` : late <= -1000 ? `${text(near(late))} ahead` : "on time";
    pace.dataset.pace = late > 60_000 ? "late" : late > 0 ? "slow" : "good";
    pace.title = `${text(to.whole - done)} ${done > to.whole ? "over" : "left"}`;
  };

  field.addEventListener("change", () => {
    goal = field.valueAsNumber > 0 ? field.valueAsNumber * 60_000 : null;
    keep();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") field.blur();
  });
  deck.action("reset-timer", () => self.reset());
  deck.on("step", () => draw());
  setInterval(draw, 250);
  draw();
}
