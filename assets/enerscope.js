/* The frame's behaviour in the browser: theme, menu, clocks, address bar, toasts, passports, PNG, logout. */
(function () {
  "use strict";
  var dc = (window.dash_clientside = window.dash_clientside || {});
  var CLOCKS = ["as_of", "known_at"];

  function cookie(name) {
    var found = document.cookie.split("; ").find(function (part) { return part.indexOf(name + "=") === 0; });
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function toast(item) {
    var region = document.getElementById("toast-region");
    if (!region || !item) { return; }
    var box = document.createElement("div");
    box.className = "es-toast es-toast-" + (item.kind || "info");
    var title = document.createElement("strong");
    title.textContent = item.title || "Notice";
    var text = document.createElement("span");
    text.textContent = (item.message || "") + (item.incident ? " Incident " + item.incident + "." : "");
    var close = document.createElement("button");
    close.type = "button"; close.className = "es-link"; close.textContent = "Close";
    close.addEventListener("click", function () { box.remove(); });
    box.append(title, close, text);
    region.append(box);
    if (item.kind !== "error") { setTimeout(function () { box.remove(); }, 8000); }
  }

  function keepClocks(search) {
    var from = new URLSearchParams(search || ""), out = new URLSearchParams();
    CLOCKS.forEach(function (name) { if (from.get(name)) { out.set(name, from.get(name)); } });
    var text = out.toString();
    return text ? "?" + text : "";
  }

  dc.enerscope = {
    /* Header inputs -> address, and address -> header inputs. */
    clocks: function (asOf, knownAt, _live, search, latest) {
      var none = dc.no_update;
      var who = dc.callback_context.triggered_id;
      var query = new URLSearchParams(search || "");
      var pinned = query.get("known_at");
      if (who === "shell-as-of" || who === "shell-known-at" || who === "shell-live") {
        var live = who === "shell-live";
        if (live || !asOf || asOf === latest) { query.delete("as_of"); } else { query.set("as_of", asOf); }
        if (live || !knownAt) { query.delete("known_at"); } else { query.set("known_at", knownAt.length === 16 ? knownAt + ":00Z" : knownAt + "Z"); }
        var next = query.toString() ? "?" + query.toString() : "";
        if (next !== (search || "")) { dc.set_props("_pages_location", { search: next }); }
        pinned = query.get("known_at");
        var off = pinned || query.get("as_of");
        return [live ? latest : none, live ? "" : none, "es-live " + (off ? "is-pinned" : "is-live")];
      }
      return [query.get("as_of") || latest, (pinned || "").replace("Z", "").slice(0, 19),
        "es-live " + (pinned || query.get("as_of") ? "is-pinned" : "is-live")];
    },
    /* Menu links carry the clocks along and mark where we are. */
    menu: function (pathname, search, ids) {
      document.body.classList.remove("es-menu-open");
      var extra = keepClocks(search), here = pathname || "/";
      var best = ids.reduce(function (found, id) { /* the longest path: /risk/drill is not also /risk */
        var on = id.path === "/" ? here === "/" : here.indexOf(id.path) === 0;
        return on && id.path.length > found.length ? id.path : found;
      }, "");
      return [
        ids.map(function (id) { return id.path + extra; }),
        ids.map(function (id) {
          return "es-nav-link" + (id.path === best ? " active" : "");
        }),
      ];
    },
    /* The inputs of a page go into the address bar, so that a link restores the view. */
    keepAddress: function (values, ids) {
      var query = new URLSearchParams(window.location.search);
      ids.forEach(function (id, at) {
        var value = values[at];
        if (Array.isArray(value)) { value = value.join(","); }
        if (value === null || value === undefined || value === "") { query.delete(id.name); } else { query.set(id.name, String(value)); }
      });
      var address = window.location.pathname + (query.toString() ? "?" + query.toString() : "");
      window.history.replaceState(window.history.state, "", address);
      return address;
    },
    toasts: function (data) {
      (Array.isArray(data) ? data : [data]).forEach(toast);
      return String(Date.now());
    },
    openPassport: function (asked) { return Boolean(asked); },
  };
  window.enerscope = { toast: toast, cookie: cookie };

  function png(button) {
    var card = button.closest(".es-section");
    var plot = card && card.querySelector(".js-plotly-plot");
    if (!plot || !window.Plotly) { return; }
    var name = "enerscope-" + button.getAttribute("data-png").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
    window.Plotly.downloadImage(plot, { format: "png", filename: name, scale: 2, width: Math.max(900, plot.clientWidth), height: plot.clientHeight });
  }

  function passport(button) {
    var asked = JSON.parse(button.getAttribute("data-passport"));
    var store = keepClocks(window.location.search);
    var query = new URLSearchParams(store);
    asked.clocks = { as_of: query.get("as_of") || "", known_at: query.get("known_at") || "" };
    asked.nonce = Date.now();
    dc.set_props("shell-passport-ask", { data: asked });
  }

  function logout() {
    var form = document.createElement("form");
    form.method = "post"; form.action = "/logout";
    var token = document.createElement("input");
    token.type = "hidden"; token.name = "csrf_token"; token.value = cookie("_csrf_token");
    form.append(token);
    document.body.append(form);
    form.submit();
  }

  document.addEventListener("click", function (event) {
    var target = event.target.closest("[data-theme-toggle], [data-menu], [data-png], [data-passport], [data-logout]");
    if (!target) { return; }
    if (target.hasAttribute("data-theme-toggle")) {
      var root = document.documentElement;
      var next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      root.setAttribute("data-bs-theme", next);
      try { localStorage.setItem("enerscope-theme", next); } catch (ignored) { /* private mode: the choice lasts for this page */ }
    } else if (target.hasAttribute("data-menu")) {
      document.body.classList.toggle("es-menu-open");
    } else if (target.hasAttribute("data-png")) {
      png(target);
    } else if (target.hasAttribute("data-passport")) {
      passport(target);
    } else {
      logout();
    }
  });
})();
