/* Positions page: a click on a cell of the heat map, or on a bar, opens the trades behind it. */
(function () {
  "use strict";
  var dc = (window.dash_clientside = window.dash_clientside || {});

  dc.enerscope_positions = {
    open: function () {
      var asked = dc.callback_context.triggered[0];
      var point = asked && asked.value && asked.value.points && asked.value.points[0];
      var held = point && point.customdata;
      var address = Array.isArray(held) ? held[0] : held;
      if (!address || String(address).charAt(0) !== "/") { return dc.no_update; }
      window.history.pushState({}, "", address);
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
      window.scrollTo(0, 0);
      return address;
    },
  };
})();
