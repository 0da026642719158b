/**
 * Who may import whom. The picture is in ARCHITECTURE.md; this file is what holds it true.
 * One rule inside the engine: a folder imports only from layers below its own, never from a sibling.
 */
const ENGINE_LAYERS = [
  ["messages"],
  ["base"],
  ["model"],
  ["program", "selector"],
  ["ext", "owners", "desired"],
  ["parse", "print", "compile", "render"],
  ["walk", "prove"],
  ["witness"],
  ["diff", "explain", "reach"],
  ["lint", "expect", "plan"],
  ["report"],
];
const ENGINE = "^packages/engine/src/";
const CLI = "^packages/cli/src/";

const oneOf = (names) => `(${names.join("|")})`;

const layerRules = ENGINE_LAYERS.map((layer, height) => ({
  name: `engine-layer-${layer.join("-")}`,
  comment: `${layer.join(", ")} may import only from layers below, never from a sibling.`,
  severity: "error",
  from: { path: `${ENGINE}${oneOf(layer)}/` },
  to: {
    path: `${ENGINE}(${oneOf(ENGINE_LAYERS.slice(height).flat())}/|index[.]ts$)`,
    pathNot: `${ENGINE}$1/`,
  },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: "engine-folder-is-in-the-picture",
      comment: "A new engine folder gets its place in ENGINE_LAYERS and in ARCHITECTURE.md first.",
      severity: "error",
      from: { path: ENGINE, pathNot: `${ENGINE}(${oneOf(ENGINE_LAYERS.flat())}/|[a-z-]+[.]ts$)` },
      to: {},
    },
    {
      name: "parsers-do-not-know-each-other",
      comment:
        "Only parse/bundle and parse/views, which put together what several tools print, may import the parsers; what these share stands in parse/ itself. Before 1.0.6 nft printed extensions in the words of iptables -L, and its JSON has statements in the words of its text.",
      severity: "error",
      from: { path: `${ENGINE}parse/([^/]+)/`, pathNot: `${ENGINE}parse/(bundle|views)/` },
      to: { path: `${ENGINE}parse/[^/]+/`, pathNot: `${ENGINE}parse/($1|iptables-list|nft)/` },
    },
    {
      name: "engine-stands-alone",
      comment: "The engine knows neither the command line nor Node.",
      severity: "error",
      from: { path: ENGINE, pathNot: "[.]test[.]ts$" },
      to: { path: "^packages/(cli|ui)/|^node:", dependencyTypesNot: ["npm-dev"] },
    },
    {
      name: "cli-uses-the-front-door",
      comment: "The command line sees the engine's public entry points only.",
      severity: "error",
      from: { path: CLI },
      to: {
        path: "^packages/engine/",
        pathNot: "^packages/engine/(src|dist)/((desired|render)/)?index[.](ts|js|d[.]ts)$",
      },
    },
    {
      name: "commands-are-on-top",
      comment: "Commands import the other cli folders, never the reverse; program.ts imports the commands.",
      severity: "error",
      from: { path: CLI, pathNot: `${CLI}(commands/|program[.]ts$|main[.]ts$)` },
      to: { path: `${CLI}(commands/|program[.]ts$|main[.]ts$)` },
    },
    {
      name: "koffi-in-the-lab-only",
      severity: "error",
      from: { path: "^packages/", pathNot: `${CLI}lab/` },
      to: { path: "node_modules/koffi/" },
    },
    {
      name: "js-yaml-in-report-and-desired-only",
      severity: "error",
      from: { path: "^packages/", pathNot: `${ENGINE}(report|desired)/` },
      to: { path: "node_modules/js-yaml/" },
    },
    {
      name: "no-cycles",
      comment: "Not even of types.",
      severity: "error",
      from: { path: "^packages/" },
      to: { circular: true },
    },
    {
      name: "no-test-in-product",
      severity: "error",
      from: { path: "^packages/", pathNot: "[.]test[.]ts$" },
      to: { path: "[.]test[.]ts$|^(test|bench|scripts)/" },
    },
    {
      name: "resolves",
      severity: "error",
      from: { path: "^(packages|test|bench|scripts)/" },
      to: { couldNotResolve: true },
    },
    {
      name: "declared",
      comment: "Every package that the product imports stands in its package.json.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/", pathNot: "[.]test[.]ts$" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "kebab-case",
      severity: "error",
      from: { path: "^packages/[^/]+/src/.*[A-Z_]" },
      to: {},
    },
    {
      name: "a-name-says-what-is-inside",
      severity: "error",
      // ext/xt/helper.ts is the kernel's own word: `-m helper`.
      from: { path: "/(utils?|helpers?|common|misc)([.]ts$|/)", pathNot: "node_modules|/ext/xt/helper[.]ts$" },
      to: {},
    },
  ],
  options: {
    exclude: { path: "^packages/cli/bin/" },
    doNotFollow: { path: ["node_modules", "/dist/"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["hookwalk-source", "import", "node"] },
    cache: { folder: ".cache/depcruise", strategy: "content" },
  },
};
