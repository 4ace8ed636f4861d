/* Pins: one listener reads what stands around the button that was clicked; the server asks for the board and keeps it. */
(function () {
  "use strict";

  function bodyOf(element) {
    var found = element.closest('[id^=\'{"body":"\'][id$=\'"type":"body"}\']');
    return found ? JSON.parse(found.id).body : "";
  }

  function read(button) {
    var kept = button.closest("[data-pinned]"); // a card of a board: pinned again as it was
    if (kept) { return JSON.parse(kept.getAttribute("data-pinned")); }
    var title = button.getAttribute("data-pin-title"), given = button.getAttribute("data-pin-passport");
    if (given) {
      var asked = JSON.parse(given);
      return { kind: "metric", ref: asked.metric, params: asked.params, title: title };
    }
    var body = bodyOf(button);
    return { kind: "card", ref: body + "/" + button.getAttribute("data-pin"), params: {}, title: title, of: body };
  }

  function copy(button) {
    var field = document.getElementById(button.getAttribute("data-copy"));
    field.select();
    navigator.clipboard.writeText(field.value).then(function () {
      window.enerscope.toast({ title: "Copied", message: "The link is in the clipboard." });
    }, function () { window.enerscope.toast({ kind: "warn", title: "Not copied", message: "Copy the marked link yourself." }); });
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.enerscope_boards = {
    open: function (asked) { return Boolean(asked); },
  };

  document.addEventListener("click", function (event) {
    var target = event.target.closest("[data-pin], [data-copy]");
    if (!target) { return; }
    if (target.hasAttribute("data-copy")) { copy(target); return; }
    var asked = read(target);
    asked.path = window.location.pathname;
    asked.search = window.location.search;
    asked.nonce = Date.now();
    window.dash_clientside.set_props("shell-pin-form", { children: [] }); // nothing of what was pinned before
    window.dash_clientside.set_props("shell-pin-ask", { data: asked });
  });
})();
