"use strict";
(function () {
  var all = function () { return document.querySelectorAll("details"); };
  var set = function (open) { all().forEach(function (one) { one.open = open; }); };
  document.querySelectorAll("button[data-open]").forEach(function (button) {
    button.addEventListener("click", function () { set(button.dataset.open === "all"); });
  });
  var reveal = function () {
    var at = location.hash && document.getElementById(location.hash.slice(1));
    var step = at && at.closest("details");
    if (step) { step.open = true; step.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();
  var closed = [];
  addEventListener("beforeprint", function () {
    closed = Array.prototype.filter.call(all(), function (one) { return !one.open; });
    set(true);
  });
  addEventListener("afterprint", function () { closed.forEach(function (one) { one.open = false; }); });
})();
