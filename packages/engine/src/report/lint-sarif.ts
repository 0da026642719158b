import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Span } from "../base/span.ts";
import { utf8Bytes } from "../base/utf8.ts";
import { lintChecks } from "../lint/checks.ts";
import type { Finding, Severity } from "../lint/finding.ts";
import { speaker } from "../messages/catalogue.ts";
import type { Json } from "./json.ts";
import type { PathOf } from "./lint-report.ts";
import { messageOf, placeText } from "./lint-report.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  error: "error",
  warning: "warning",
  info: "note",
};
/** Changes when what is hashed does. */
const FINGERPRINT = "hookwalkFinding/v1";

export interface SarifOptions {
  /** Of this program. */
  readonly version: string;
  readonly pathOf: PathOf;
}

/**
 * Findings as SARIF 2.1.0 (OASIS), which code scanning of GitHub, GitLab, Azure DevOps and editors read: a rule for each check, a
 * result for each finding at its line. Texts are English, as in all JSON.
 */
export function lintSarif(findings: readonly Finding[], { version, pathOf }: SarifOptions): Json {
  const indices = new Map<string, number>(lintChecks.map(({ name }, index) => [name, index]));
  const prints = fingerprints(findings);
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "hookwalk", version, semanticVersion: version, rules: lintChecks.map(ruleOf) } },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding, index) => ({
          ruleId: finding.check,
          ruleIndex: indices.get(finding.check) ?? -1,
          level: LEVELS[finding.severity],
          message: { text: messageOf(finding, speaker("en")) },
          locations: [locationOf(finding, pathOf)],
          relatedLocations: finding.related.map(({ span, text }, id) => ({
            id,
            ...physical(span, pathOf),
            message: { text },
          })),
          partialFingerprints: { [FINGERPRINT]: prints[index] ?? "" },
        })),
      },
    ],
  };
}

function ruleOf({ name, example }: (typeof lintChecks)[number]): Json {
  const { about, fix } = speaker("en").aboutCheck(name);
  const lines = example.join("\n");
  return {
    id: name,
    shortDescription: { text: speaker("en").check(name) },
    help: {
      text: `${about}\n\n${lines}\n\n${fix}`,
      markdown: `${about}\n\n\`\`\`\n${lines}\n\`\`\`\n\n${fix}`,
    },
  };
}

function locationOf({ where }: Finding, pathOf: PathOf): Json {
  const rule = placeText(where);
  return {
    ...physical(where.span, pathOf),
    ...(rule !== "" && { logicalLocations: [{ fullyQualifiedName: rule }] }),
  };
}

/** What is derived and stands on no line has no region. */
function physical({ file, line, column, endColumn }: Span, pathOf: PathOf): { readonly physicalLocation: Json } {
  const columns = {
    ...(column !== undefined && { startColumn: column }),
    ...(endColumn !== undefined && { endColumn }),
  };
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(pathOf(file)) },
      ...(line > 0 && { region: { startLine: line, ...columns } }),
    },
  };
}

/** A path as a relative reference, or an absolute one as a `file:` URI (RFC 3986, RFC 8089). */
function uriOf(path: string): string {
  const encoded = [...utf8Bytes(path.replaceAll("\\", "/"))].map(encodeByte).join("");
  return encoded.startsWith("/") ? `file://${encoded}` : encoded;
}

const PATH_CHARACTER = /[A-Za-z0-9._~/-]/;

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (byte < 0x80 && PATH_CHARACTER.test(character)) return character;
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

/**
 * What stays the same while lines move: the check, what it says, and the rule or the line itself. Of several that are alike
 * in all of this the second, third … have their number in it.
 */
function fingerprints(findings: readonly Finding[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map(({ check, message, where, related }) => {
    const { family, table, chain, span } = where;
    const key = JSON.stringify([check, message, family, table, chain, span.file, related[0]?.text ?? ""]);
    const number = seen.get(key) ?? 0;
    seen.set(key, number + 1);
    const hash = sha256(utf8Bytes(`${key} ${String(number)}`));
    return bytesToHex(hash.subarray(0, FINGERPRINT_BYTES));
  });
}

const FINGERPRINT_BYTES = 16;
