/* Positions page: a click on a cell of the heat map, or on a bar, opens the trades behind it. */
(function () {
  "use strict";
  var dc = (window.dash_clientside = window.dash_clientside || {});

  /* A click on a heat map does not bring along what the figure holds for the cell: look it up by its labels. */
  function held(point, figure) {
    if (point.customdata !== undefined) { return point.customdata; }
    var trace = figure && figure.data[point.curveNumber];
    if (!trace || !trace.customdata) { return null; }
    var row = trace.customdata[trace.y.indexOf(point.y)];
    return row ? row[trace.x.indexOf(point.x)] : null;
  }

  dc.enerscope_positions = {
    open: function (_cell, _bar, figure) {
      var asked = dc.callback_context.triggered[0];
      var point = asked && asked.value && asked.value.points && asked.value.points[0];
      var found = point ? held(point, figure) : null;
      var address = Array.isArray(found) ? found[0] : found;
      if (!address || String(address).charAt(0) !== "/") { return dc.no_update; }
      window.history.pushState({}, "", address);
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
      window.scrollTo(0, 0);
      return address;
    },
  };
})();
