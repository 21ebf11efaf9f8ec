/** The screen stays on while a deck is in sight, where the browser can see to it. */
export default function wakelock() {
  if (!navigator.wakeLock) return;
  const ask = () => {
    // Without battery the system may refuse; the talk goes on.
    if (!document.hidden) navigator.wakeLock.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}
