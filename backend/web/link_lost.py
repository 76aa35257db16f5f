"""What a browser shows while the server is away. The client's own sign has no words, and none can be given to it."""

AFTER_MS = 2000
"""A link that comes back sooner is no news."""
SCRIPT = """
(() => {
  const german = navigator.language.startsWith("de");
  const words = german ? "Keine Verbindung zum Server. Es wird weiter versucht …"
    : "No connection to the server. Trying again …";
  let waiting = null, note = null;
  const found = () => {
    clearTimeout(waiting);
    note?.remove();
    waiting = note = null;
  };
  const show = () => {
    note = document.createElement("div");
    note.id = "link-lost";
    note.setAttribute("role", "status");
    note.textContent = words;
    note.style.cssText = "position:fixed;top:max(16px,env(safe-area-inset-top));left:50%;transform:translateX(-50%);"
      + "box-sizing:border-box;width:max-content;max-width:calc(100vw - 32px);padding:12px 16px;border-radius:8px;"
      + "background:#1f2937;color:#fff;border:1px solid #9ca3af;font:16px/1.4 Inter,system-ui,sans-serif;"
      + "text-align:center;z-index:2147483647;pointer-events:none";
    document.body.append(note);
  };
  const lost = () => { waiting ??= setTimeout(show, AFTER_MS); };
  window.WebSocket = class extends window.WebSocket {
    constructor(...told) {
      super(...told);
      if (new URL(this.url, location).pathname !== "/ws") return;
      this.addEventListener("open", found);
      this.addEventListener("close", lost);
    }
  };
})();
""".replace("AFTER_MS", str(AFTER_MS))
