/* The menu "Export": the page as it is on screen, with its inputs and clocks, written to a file by the server. */
(function () {
  "use strict";

  function nameOf(response, kind) {
    var found = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") || "");
    return found ? found[1] : "enerscope." + kind;
  }

  function keep(blob, name) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
  }

  function refused(response) {
    return response.json().catch(function () { return {}; }).then(function (problem) {
      window.enerscope.toast({
        kind: response.status < 500 ? "warn" : "error",
        title: problem.title || "The file could not be made",
        message: problem.detail || "Try again.",
        incident: problem.incident,
      });
    });
  }

  function write(button) {
    var menu = button.closest(".es-export"), head = menu.querySelector("summary"), said = head.textContent;
    var kind = button.getAttribute("data-export");
    var address = window.location.pathname + window.location.search;
    if (menu.getAttribute("aria-busy") === "true") { return; }
    menu.open = false;
    menu.setAttribute("aria-busy", "true");
    head.textContent = "Writing " + kind.toUpperCase() + "…";
    fetch("/export/page." + kind + "?address=" + encodeURIComponent(address), { credentials: "same-origin" })
      .then(function (response) {
        if (!response.ok) { return refused(response); }
        return response.blob().then(function (blob) { keep(blob, nameOf(response, kind)); });
      })
      .catch(function () {
        window.enerscope.toast({ kind: "error", title: "The file could not be fetched", message: "The portal did not answer. Try again." });
      })
      .finally(function () {
        head.textContent = said;
        menu.removeAttribute("aria-busy");
      });
  }

  document.addEventListener("click", function (event) {
    var choice = event.target.closest("[data-export]");
    if (choice) { write(choice); return; }
    document.querySelectorAll(".es-export[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) { menu.open = false; }
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    document.querySelectorAll(".es-export[open]").forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
})();
