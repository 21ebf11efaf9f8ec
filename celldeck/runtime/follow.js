/**
 * The audience's page: it goes where the talk goes, shows what cells show as they run, and lets whoever reads
 * go at their own pace until they ask to follow again.
 *
 * `deck.options.follow` is the address of an event stream. Its messages are JSON, of the parts of the talk that
 * have changed: `{version}` which document the server has: another than this one, and the page loads anew;
 * `{place: {slide, step, black}}`, slides from 0; `{cell, parts, code}` the HTML of a cell's outputs and of its
 * code, null: as built. outputs.js puts these where they belong.
 */
export default function follow(deck) {
  if (!deck.options.follow) return;
  const pace = "celldeck-own-pace";
  let talk = null; // where it is
  let isFollowing = recall() === null;

  function recall() {
    try {
      return sessionStorage.getItem(pace);
    } catch {
      return null; // no storage here
    }
  }
  const remember = () => {
    try {
      if (isFollowing) sessionStorage.removeItem(pace);
      else sessionStorage.setItem(pace, "1");
    } catch {
      // It lasts as long as the page.
    }
  };

  const bar = document.body.appendChild(document.createElement("div"));
  bar.className = "celldeck-follow";
  const state = bar.appendChild(document.createElement("span"));
  state.setAttribute("role", "status");
  const again = bar.appendChild(document.createElement("button"));
  again.type = "button";
  again.textContent = "Follow again";
  let isLost = false;

  const show = () => {
    again.hidden = isFollowing;
    bar.hidden = isFollowing && !isLost;
    const where = talk ? `The talk is at slide ${talk.slide + 1}` : "The talk has not begun";
    state.textContent = isLost ? "Connection lost, trying again" : isFollowing ? "" : where;
    document.body.classList.toggle("celldeck-black", Boolean(isFollowing && talk?.black));
  };

  const come = () => {
    if (isFollowing && talk) deck.go(talk.slide, talk.step, { remote: true });
    show();
  };

  const setFollowing = (value) => {
    isFollowing = value;
    remember();
    come();
  };

  again.addEventListener("click", () => setFollowing(true));
  // Whoever turns a slide by hand wants to look at it for longer than until the next step of the talk.
  deck.on("step", ({ remote, from }) => { if (!remote && from.index >= 0 && isFollowing) setFollowing(false); });

  // What outputs.js asks for: in the presenter's page cells.js has it, and more.
  deck.cells = {
    all: new Map(),
    elementsOf: (cell) => ({
      code: deck.parent.querySelector(`[data-code="${cell}"]`),
      box: [...deck.parent.querySelectorAll(`.cell[data-cell="${cell}"]`)],
    }),
    // It looks each time: on a phone one cell changes at a time.
    lookAnew() {},
  };
  const put = ({ cell, parts, code }) => {
    deck.cells.all.set(cell, { cell, parts, code, isEdited: code !== null });
    deck.emit("cells", [cell]);
  };

  let isReloading = false;
  const reload = () => {
    if (isReloading) return;
    isReloading = true;
    // Not all at once: two hundred phones share one network.
    setTimeout(() => location.reload(), Math.random() * 1500);
  };

  const take = (message) => {
    if ("version" in message) {
      if (message.version !== deck.options.version) reload();
    }
    if ("place" in message) {
      talk = message.place;
      come();
    }
    if ("cell" in message) put(message);
  };

  const listen = () => {
    const stream = new EventSource(deck.options.follow);
    const lost = (value) => {
      isLost = value;
      show();
    };
    stream.addEventListener("open", () => lost(false));
    stream.addEventListener("message", ({ data }) => take(JSON.parse(data)));
    stream.addEventListener("error", () => {
      lost(true);
      // Refused: the browser has given up, and this has not.
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 2000 + Math.random() * 2000);
    });
  };
  deck.on("ready", listen);
  show();

  // Pictures of slides that are far away wait, those of the next ones come beforehand.
  const ahead = 2;
  deck.on("slide", ({ index }) => {
    for (const slide of deck.slides.slice(index, index + ahead + 1)) {
      for (const image of slide.querySelectorAll("img[loading]")) image.loading = "eager";
    }
  });
}
