/**
 * Follow the deck while it is being written.
 *
 * `deck.options.live` is the address of an event stream. Its messages are JSON:
 * `{version}` which build the server has: another one than this page's, and the page loads anew;
 * `{version, base, slides, css?, title?, notes?, show?}` what changed since build `base`: `slides` and `css`
 * as `replaceSlides` takes them, `notes` the HTML of all notes, `show` the slide to turn to (from 0).
 */
export default function live(deck) {
  if (!deck.options.live) return;
  const stream = new EventSource(deck.options.live);
  let version = deck.options.version;

  stream.addEventListener("message", ({ data }) => {
    const news = JSON.parse(data);
    if (news.version === version) return;
    if (!news.slides || news.base !== version) {
      location.reload();
      return;
    }
    version = news.version;
    deck.replaceSlides(news.slides, news.css);
    if (news.title !== undefined) document.title = news.title;
    if (news.notes !== undefined) {
      for (const note of document.querySelectorAll(".bespoke-marp-note, .celldeck-note")) note.remove();
      document.body.insertAdjacentHTML("beforeend", news.notes);
      deck.emit("notes");
    }
    if (Number.isInteger(news.show)) deck.go(news.show);
  });
}
