import { lintSnapshot, parseSnapshot, speaker } from "@hookwalk/engine";
import type { Finding } from "@hookwalk/engine";

/** Files of a node, by name. */
export type Files = Readonly<Record<string, string>>;

/** What one check finds on a node of these files. Every hole of each message is filled, in both languages. */
export function findingsOf(check: string, files: Files): readonly Finding[] {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  const found = lintSnapshot(parseSnapshot(texts, { name: "node" })).filter((finding) => finding.check === check);
  for (const finding of found) {
    for (const language of ["en", "zh"] as const) {
      const text = wordsOf(finding, language);
      if (/\{\w+\}/.test(text) || !text.includes("\n")) throw new Error(`${check}: ${text}`);
    }
  }
  return found;
}

/** The same, a line each: how bad it is, which message, where. */
export function toldBy(check: string, files: Files): readonly string[] {
  return findingsOf(check, files).map(({ severity, message, where: { chain, rule, span } }) => {
    const place = chain === null ? "" : ` ${chain}/${String(rule)}`;
    return `${severity} ${message}${place} ${span.file}:${String(span.line)}`;
  });
}

/** A finding in words, its remedy on the second line. */
export function wordsOf({ message, params }: Finding, language: "en" | "zh" = "en"): string {
  const say = speaker(language);
  const plain = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === "object" ? say.lint(value.message, value.params) : value,
  ]);
  return say.lint(message, Object.fromEntries(plain) as Readonly<Record<string, string | number>>);
}

/** What fills one hole of a finding's message. */
export function paramOf({ params }: Finding, name: string): string {
  const value = params[name];
  return typeof value === "object" || value === undefined ? "" : String(value);
}

const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
};

/** One table as iptables-save prints it; of a chain that is named in `policies` the policy is DROP. */
export function savedTable(table: string, rules: readonly string[], policies: readonly string[] = []): string {
  const builtIn = BUILT_IN[table] ?? [];
  const own = new Set(rules.map((rule) => rule.split(" ")[1] ?? "").filter((name) => !builtIn.includes(name)));
  return [
    `*${table}`,
    ...builtIn.map((name) => `:${name} ${policies.includes(name) ? "DROP" : "ACCEPT"} [0:0]`),
    ...[...own].map((name) => `:${name} - [0:0]`),
    ...rules,
    "COMMIT",
    "",
  ].join("\n");
}

/** The rules that every node has, with those of somebody between. */
export function ipRules(...own: readonly string[]): string {
  return [
    "0:\tfrom all lookup local",
    ...own,
    "32766:\tfrom all lookup main",
    "32767:\tfrom all lookup default",
    "",
  ].join("\n");
}

/** Devices that are up, each with its addresses. */
export function ipAddr(links: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(links)
    .map(([name, addresses], index) => {
      const inet = addresses.map((address) => `    inet ${address} scope global ${name}\n`).join("");
      return `${String(index + 2)}: ${name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default\n${inet}`;
    })
    .join("");
}
