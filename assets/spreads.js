/* Spreads page: a clean address when the kind of spread changes, and formulas offered as repairs. */
(function () {
  "use strict";
  var dc = (window.dash_clientside = window.dash_clientside || {});
  var KEPT = ["as_of", "known_at"];

  dc.enerscope_spreads = {
    /* The inputs of another kind start afresh, so what the old ones wrote into the address goes. */
    fresh: function (kind) {
      var old = new URLSearchParams(window.location.search), query = new URLSearchParams();
      KEPT.forEach(function (name) { if (old.get(name)) { query.set(name, old.get(name)); } });
      query.set("kind", kind);
      window.history.replaceState(window.history.state, "", window.location.pathname + "?" + query.toString());
      return kind;
    },
  };

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-formula]");
    if (button) { dc.set_props("market-spread-text", { value: button.getAttribute("data-formula") }); }
  });
})();
