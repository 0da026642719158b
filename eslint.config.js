import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const TYPED = ["**/*.ts"];
const ENGINE = ["packages/engine/src/**/*.ts"];
const TESTS = ["**/*.test.ts", "test/**/*.ts", "bench/**/*.ts", "scripts/**/*.ts"];

/** Calls that would make the same input give different answers. */
const impureCalls = [
  ["Date", "now"],
  ["Math", "random"],
].map(([object, property]) => ({ object, property, message: "The engine is pure: pass such values in." }));

/** Who may import which *folder* is .dependency-cruiser.cjs; here stand the *modules* that only some folders may use. */
const processes = {
  regex: "^(node:)?(child_process|worker_threads|cluster)$",
  message: "Processes start in cli/process only.",
};
const nodeModules = { regex: "^node:", message: "The engine runs in a browser too." };

const FORBIDDEN_SYNTAX = [
  {
    selector: "MemberExpression[object.name='process'][property.name='exit']",
    message: "Only main.ts ends the program.",
  },
  {
    selector: "CallExpression[callee.property.name='push'] > SpreadElement",
    message: "A spread of a long list overflows the stack: push in a loop, or concat.",
  },
  { selector: "TSEnumDeclaration", message: "A union of literals says the same." },
];

const PROMISE = {
  selector: ":matches(FunctionDeclaration, FunctionExpression, ArrowFunctionExpression)[async=true]",
  message: "The engine is text in, values out: nothing to wait for.",
};

const CLOCK = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: "The engine is pure: pass the time in.",
};

export default defineConfig(
  globalIgnores(["**/dist/", "**/node_modules/", "coverage/", ".cache/", "test/**/goldens/", "**/*.d.ts"]),
  {
    files: ["**/*.{js,cjs,mjs}"],
    extends: [js.configs.recommended],
    languageOptions: { globals: { process: "readonly", performance: "readonly", URL: "readonly", module: "writable" } },
  },
  {
    files: TYPED,
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      // An exhaustive switch over a tagged union is one decision, however many cases it has.
      complexity: ["error", { max: 15, variant: "modified" }],
      "max-lines": ["error", 600],
      eqeqeq: "error",
      "no-console": "error",
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      "no-restricted-syntax": ["error", ...FORBIDDEN_SYNTAX],
      "no-restricted-imports": ["error", { patterns: [processes] }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports" }],
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/prefer-readonly": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: false }],
      "@typescript-eslint/ban-ts-comment": ["error", { "ts-expect-error": "allow-with-description" }],
      // There are no enums, and classes with private fields are nominal to tsc itself: a fifth of the time for nothing.
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    files: ENGINE,
    rules: {
      "no-restricted-imports": ["error", { patterns: [processes, nodeModules] }],
      "no-restricted-properties": ["error", ...impureCalls],
      "no-restricted-globals": ["error", "performance", "setTimeout", "setInterval", "queueMicrotask"],
    },
  },
  { files: ["packages/cli/src/process/**/*.ts"], rules: { "no-restricted-imports": "off" } },
  { files: ["packages/cli/src/terminal/**/*.ts"], rules: { "no-console": "off" } },
  { files: ["packages/cli/src/main.ts"], rules: { "no-restricted-syntax": "off" } },
  {
    files: ENGINE,
    ignores: ["**/*.test.ts"],
    rules: { "no-restricted-syntax": ["error", ...FORBIDDEN_SYNTAX, CLOCK] },
  },
  {
    // Only js-yaml is loaded when it is needed. Where there are no promises nobody forgets one.
    files: ENGINE,
    ignores: ["**/*.test.ts", "**/report/yaml.ts"],
    rules: {
      "no-restricted-syntax": ["error", ...FORBIDDEN_SYNTAX, CLOCK, PROMISE],
      "@typescript-eslint/no-misused-promises": "off",
      "@typescript-eslint/no-floating-promises": "off",
    },
  },
  {
    // Tests drive the real binary and the real tools, and read better with short callbacks.
    files: TESTS,
    rules: { "no-restricted-imports": "off", "no-restricted-properties": "off", "no-console": "off" },
  },
  { files: ["*.config.ts"], rules: { "no-restricted-exports": "off" } },
);
