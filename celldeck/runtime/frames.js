/**
 * Outputs with scripts, in frames that have no origin: what runs there reaches neither this page nor the server.
 *
 * A frame says how high it is and is told how the text around it looks. Nothing else that it says counts.
 */
export default function frames(deck) {
  const address = deck.options.follow ? "asset/" : "/~frame/";
  const highest = 2000; // pixels
  const looks = ["color", "font-family", "font-size", "line-height", "color-scheme"];

  const load = () => {
    for (const frame of document.querySelectorAll("iframe[data-frame]:not([src])")) {
      frame.src = address + frame.dataset.frame;
    }
  };

  const dress = (frame) => {
    const own = getComputedStyle(frame);
    // The slide's scheme may be dark; the frame's own ground must stay see-through in either.
    const values = Object.fromEntries(looks.map((name) => [name, own.getPropertyValue(name)]));
    frame.contentWindow.postMessage({ celldeck: "looks", looks: values }, "*");
  };

  addEventListener("message", ({ data, source }) => {
    if (data?.celldeck !== "frame") return;
    const frame = [...document.querySelectorAll("iframe.cell-frame")].find((one) => one.contentWindow === source);
    if (!frame) return;
    if (Number.isFinite(data.height)) frame.style.height = `${Math.min(Math.max(data.height, 0), highest)}px`;
    else dress(frame);
  });

  new MutationObserver(load).observe(deck.parent, { childList: true, subtree: true });
  load();
}
