/* Curves page: step through trade days, add a day to compare with, pick a product by a click. All in the browser. */
(function () {
  "use strict";
  var dc = (window.dash_clientside = window.dash_clientside || {});
  var PERIOD_MS = 220;
  var timer = null;

  dc.enerscope_curves = {
    /* Exchange the curve of the day and shorten the path of the front; the axes stay. */
    step: function (value, steps, figure) {
      var none = dc.no_update;
      var at = Number(value);
      if (!figure || !steps || !steps[at]) { return [none, none]; }
      var step = steps[at];
      var path = steps.slice(0, at + 1);
      var data = figure.data.slice();
      data[0] = Object.assign({}, data[0], {
        x: path.map(function (one) { return one.day; }),
        y: path.map(function (one) { return one.y[0]; }),
      });
      data[1] = Object.assign({}, data[1], {
        x: step.x.map(function (month) { return month + "-01"; }),
        y: step.y,
        name: "curve of " + step.day,
      });
      return [Object.assign({}, figure, { data: data }), step.day];
    },
    /* A day chosen in the calendar becomes one more day to compare with. */
    addDay: function (day, values, options) {
      var none = dc.no_update;
      if (!day) { return [none, none, none]; }
      values = values || [];
      var known = options.some(function (one) { return one.value === day; });
      return [
        values.indexOf(day) < 0 ? values.concat([day]) : none,
        known ? none : options.concat([{ value: day, label: day }]),
        "",
      ];
    },
    /* A cell of the heat map is a spread, a node of the curve is a product: draw its history. */
    pick: function (cell, node, products) {
      var none = dc.no_update;
      var who = dc.callback_context.triggered_id;
      if (!who) { return [none, none]; }
      var find = function (label) {
        var found = products.find(function (one) { return one.label === label; });
        return found ? found.value : null;
      };
      if (who.grid === "market-curve-map" && cell && cell.points.length) {
        var near = find(cell.points[0].y), far = find(cell.points[0].x);
        return near && far ? [near, far] : [none, none];
      }
      if (node && node.points.length) {
        var first = String(node.points[0].x).slice(0, 7);
        return products.some(function (one) { return one.value === first; }) ? [first, "none"] : [none, none];
      }
      return [none, none];
    },
  };

  function stop(button) {
    clearInterval(timer);
    timer = null;
    if (button) { button.textContent = "Play"; button.setAttribute("aria-pressed", "false"); }
  }

  /* Play from the start when it stands at the end; stop when the page part is drawn anew. */
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-replay]");
    if (!button) { return; }
    if (timer) { stop(button); return; }
    var id = button.getAttribute("data-replay");
    var slider = document.getElementById(id);
    var at = Number(slider.value) >= Number(slider.max) ? 0 : Number(slider.value);
    button.textContent = "Pause";
    button.setAttribute("aria-pressed", "true");
    dc.set_props(id, { value: at });
    timer = setInterval(function () {
      var now = document.getElementById(id);
      if (!now || now !== slider || Number(now.value) >= Number(now.max)) { stop(button); return; }
      dc.set_props(id, { value: Number(now.value) + 1 });
    }, PERIOD_MS);
  });
})();
