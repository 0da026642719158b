import { describe, expect, it } from "vitest";
import { parseSelector } from "../../selector/parse-selector.ts";
import { printSelector } from "../../selector/print-selector.ts";
import type { Selector } from "../../selector/selector.ts";
import { ruleSelectors } from "./rule-selector.ts";
import type { RuleSide } from "./rule-selector.ts";
import { selectorSetName, setId } from "./set-names.ts";

function read(text: string): Selector {
  const { value, diagnostics } = parseSelector(text, { file: "policy.yaml", line: 7 });
  if (value === null) throw new Error(JSON.stringify(diagnostics));
  return value;
}

describe("the name of a selector's set", () => {
  it.each([
    ["all()", "s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug"],
    ["!(has(b)||!has(a))", "s:Iss0uCleLYv1GSv_pNm7hAO58kE9jAx1NKyG3Q"],
  ])("%s has the ID that Calico's own tests have", (text, id) => {
    expect(setId("selector", printSelector(read(text)))).toBe(id);
  });

  it.each([
    ["namespace == 'default'", "cali4-s:CEmFgJFwDvohR01JKvOkO8D"],
    ["namespace=='default'&&service=='frontend'", "cali4-s:i357Nlxxj3AMBTQ4WyOllNt"],
  ])("%s names the set of a real node", (text, name) => {
    expect(selectorSetName(read(text), "ip", "-")).toBe(name);
  });
});

describe("a side of a rule", () => {
  const NOTHING: RuleSide = { selector: null, notSelector: null, namespaceSelector: null, serviceAccounts: null };
  const asked = (side: Partial<RuleSide>, namespace: string | null) => {
    const { within, without } = ruleSelectors({ ...NOTHING, ...side }, namespace);
    return [within, without].map((set) => (set ? printSelector(set) : null));
  };

  it.each<[string, Partial<RuleSide>, string | null, string | null, string | null]>([
    ["asks nothing where nothing is given", {}, "prod", null, null],
    ["of a global policy asks as it stands", { selector: read("a=='b'") }, null, 'a == "b"', null],
    [
      "of a policy asks in its namespace",
      { selector: read("a=='b'") },
      "prod",
      '(projectcalico.org/namespace == "prod" && a == "b")',
      null,
    ],
    ["excludes in a set of its own", { notSelector: read("a=='b'") }, null, null, 'a == "b"'],
    [
      "excludes in the same set",
      { selector: read("a=='b'"), notSelector: read("has(c)") },
      null,
      '(a == "b" && !has(c))',
      null,
    ],
    [
      "excludes in its namespace",
      { notSelector: read("!has(c)") },
      "prod",
      '(projectcalico.org/namespace == "prod" && !!has(c))',
      null,
    ],
    ["asks every namespace", { namespaceSelector: read("all()") }, "prod", "has(projectcalico.org/namespace)", null],
    [
      "asks outside of namespaces",
      { namespaceSelector: read("global()") },
      null,
      "!has(projectcalico.org/namespace)",
      null,
    ],
    [
      "asks no namespace twice negated",
      { namespaceSelector: read("!global()") },
      null,
      "has(projectcalico.org/namespace)",
      null,
    ],
    [
      "asks labels of namespaces",
      { namespaceSelector: read("env == 'x' && !has(y)"), selector: read("all()") },
      null,
      '((pcns.env == "x" && !has(pcns.y)) && all())',
      null,
    ],
    [
      "asks service accounts",
      { serviceAccounts: { names: ["b", "a"], selector: read("role == 'r'") }, selector: read("has(z)") },
      "prod",
      '(projectcalico.org/namespace == "prod" && ((pcsa.role == "r" && projectcalico.org/serviceaccount in {"a", "b"}) && has(z)))',
      null,
    ],
  ])("%s", (_, side, namespace, within, without) => {
    expect(asked(side, namespace)).toEqual([within, without]);
  });
});
