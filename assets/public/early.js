/* Starts what the page needs while Dash's own scripts still load.

   Dash asks for the frame, then for the list of callbacks, then for the page, each when the one before is there. Here
   all three are asked at once; Dash's own requests find the answers waiting, each once. As soon as the answer for a page
   shows a chart or a drop-down, their scripts load too. Without a chart, its library is fetched when the browser has
   nothing else to do, for the next page. */
(function () {
  "use strict";
  var KEPT_MS = 30000;
  var UPDATE = "/_dash-update-component";
  var ROUTER = ".._pages_content.children..._pages_store.data..";
  var address = document.currentScript.dataset;
  var real = window.fetch.bind(window);
  var waiting = {};
  var hasDropdown = false;

  function cookie(name) {
    var found = document.cookie.split("; ").find(function (part) { return part.indexOf(name + "=") === 0; });
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function ask(path, body) {
    var options = {
      method: body ? "POST" : "GET", credentials: "same-origin",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": cookie("_csrf_token") },
    };
    if (body) { options.body = body; }
    var answer = real(path, options);
    answer.catch(function () {});  // whoever takes the answer sees the fault
    waiting[path + (body || "")] = { answer: answer, until: performance.now() + KEPT_MS };
    return answer;
  }

  window.fetch = function (resource, options) {
    var path = typeof resource === "string" ? resource.split("?")[0] : "";
    var body = options && typeof options.body === "string" ? options.body : "";
    var early = waiting[path + body];
    delete waiting[path + body];
    if (early && performance.now() < early.until) { return early.answer; }
    var answer = real(resource, options);
    if (path === UPDATE && body.indexOf(ROUTER) >= 0) { loadParts(answer); }
    return answer;
  };

  function load(source) {
    return new Promise(function (resolve, reject) {
      var script = document.createElement("script");
      script.src = source;
      script.onload = resolve;
      script.onerror = function () { reject(new Error(source + " did not load.")); };
      document.head.append(script);
    });
  }

  /* Dash waits for what is in window.Plotly, be it the library or a promise of it; the library takes its place. */
  function loadCharts() {
    if (window.Plotly) { return; }
    load(address.graph).catch(function () {});
    window.Plotly = load(address.plotly).catch(function (fault) {
      delete window.Plotly;
      throw fault;
    });
  }

  function loadDropdown() {
    if (hasDropdown) { return; }
    hasDropdown = true;
    load(address.dropdown).catch(function () {});
  }

  /* Load what the components in the answer for a page will ask for. */
  function loadParts(answer) {
    return answer.then(function (found) { return found.clone().text(); }).then(function (text) {
      if (text.indexOf('"type":"Graph"') >= 0) { loadCharts(); }
      if (text.indexOf('"type":"Dropdown"') >= 0) { loadDropdown(); }
    }).catch(function () {});
  }

  function fetchLater() {
    (window.requestIdleCallback || window.setTimeout)(function () {
      if (window.Plotly) { return; }
      [address.graph, address.plotly].forEach(function (source) {
        var link = document.createElement("link");
        link.rel = "prefetch";
        link.as = "script";
        link.href = source;
        document.head.append(link);
      });
    });
  }

  // Dash sets this to the whole library of the Python package; ours may be the smaller one.
  Object.defineProperty(window, "_dashPlotlyJSURL", { get: function () { return address.plotly; }, set: function () {} });

  function part(id, property) { return { id: id, property: property }; }
  function place(property) {
    return { id: "_pages_location", property: property, value: window.location[property] };
  }
  var changed = ["_pages_location.pathname", "_pages_location.search"];
  ask("/_dash-layout");
  ask("/_dash-dependencies");
  loadParts(ask(UPDATE, JSON.stringify({
    output: ROUTER,
    outputs: [part("_pages_content", "children"), part("_pages_store", "data")],
    inputs: [place("pathname"), place("search")],
    changedPropIds: changed,
    parsedChangedPropsIds: changed,
  }))).then(function () {
    if (document.readyState === "complete") { fetchLater(); } else { window.addEventListener("load", fetchLater); }
  });
})();
