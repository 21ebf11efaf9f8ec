/**
 * The place in the address: `#3` is the third slide, `#3.2` its second state, `?f=2` the state two steps on,
 * `#name` the slide (and step) on which the element of that name shows. The last module to start: it shows the first slide.
 */
export default function address(deck) {
  // While the address is being read it is not written: `#name` stays as the link had it.
  let isReading = false;

  const place = () => {
    // What follows `:~:` is a text fragment, which belongs to the browser.
    const [raw] = location.hash.slice(1).split(":~:");
    let name = raw;
    try {
      name = decodeURIComponent(raw);
    } catch {
      // A stray percent sign is part of the name.
    }
    const [, number, state] = /^(\d+)(?:\.(\d+))?$/.exec(name) ?? [];
    if (number) return { index: Number(number) - 1, step: Math.max(0, Number(state ?? 1) - 1) };
    const target = name && (document.getElementById(name) ?? document.getElementById(raw)
      ?? document.querySelector(`a[name="${CSS.escape(name)}"]`));
    const index = target ? deck.slides.findIndex((slide) => slide.contains(target)) : -1;
    return index < 0 ? null : { index, step: deck.stepOf(target) };
  };

  const settle = () => {
    // The browser may have scrolled a slide to bring a target into view that its frame had cut off.
    for (const section of deck.current.querySelectorAll("section")) section.scrollTop = 0;
  };

  const write = ({ hash, step }) => {
    const url = new URL(location.href);
    if (hash) url.hash = hash;
    if (step) url.searchParams.set("f", step);
    else url.searchParams.delete("f");
    if (url.href === location.href && history.state?.step === step) return;
    try {
      history.replaceState({ ...history.state, step }, "", url);
    } catch {
      // A page inside another page may have no right to its own address.
    }
  };

  const read = (to, step) => {
    isReading = true;
    deck.go(to.index, step, { animate: false });
    isReading = false;
    settle();
    write({ step: deck.step });
  };

  deck.on("step", ({ index, step }) => {
    if (!isReading) write({ hash: `#${index + 1}`, step });
  });

  if (!deck.slides.length) return;
  const first = place() ?? { index: 0, step: 0 };
  const revealed = Number.parseInt(new URLSearchParams(location.search).get("f"), 10) || 0;
  read(first, first.step || revealed);

  addEventListener("popstate", ({ state }) => {
    const to = place();
    if (!to) return;
    // Going back and forth finds the step of that time. A link has none, and one to the slide that shows
    // hides nothing of it.
    const shown = to.index === deck.index ? deck.step : 0;
    read(to, state?.step ?? Math.max(to.step, shown));
  });
}
