import { list, phrase } from "../../messages/explain/phrase.ts";
import type { Part, Phrase } from "../../messages/explain/phrase.ts";
import type { NftElement, NftExpression } from "../../model/nft.ts";
import { isVerdict } from "../../ext/nft/verdict.ts";
import { CT_DIRECTED, CT_NOUNS, META_NOUNS, PAYLOAD_NOUNS, RT_NOUNS } from "./nouns.ts";
import { nameOfContent } from "./names.ts";
import { textOf } from "./scope.ts";
import type { NftScope } from "./scope.ts";

type Of<Kind extends NftExpression["kind"]> = Extract<NftExpression, { readonly kind: Kind }>;

/** What an expression reads, as a noun; a constant as nft prints it. */
export function fieldPhrase(expression: NftExpression, scope: NftScope): Part {
  switch (expression.kind) {
    case "payload":
      return payloadPhrase(expression);
    case "payload-raw":
      return rawPhrase(expression);
    case "meta":
      return metaPhrase(expression);
    case "ct":
      return ctPhrase(expression);
    case "rt":
      return routePhrase(expression);
    case "fib":
      return fibPhrase(expression);
    case "socket":
      return socketPhrase(expression);
    case "osf":
      return phrase("the-fingerprint");
    case "ipsec":
      return phrase("the-ipsec-field", { key: expression.key, direction: expression.direction });
    case "exthdr":
    case "tcp-option":
    case "ip-option":
    case "sctp-chunk":
    case "dccp-option":
      return optionPhrase(expression);
    case "numgen":
    case "hash":
      return generatedPhrase(expression, scope);
    case "concat":
      return list(
        "and",
        expression.parts.map((part) => fieldPhrase(part, scope)),
      );
    case "binary": {
      const { left, op, right } = expression;
      return phrase("operated", { left: fieldPhrase(left, scope), op, right: fieldPhrase(right, scope) });
    }
    case "map":
      return mapPhrase(expression, scope);
    case "verbatim":
      return phrase("unknown-field", { text: expression.text });
    case "literal":
    case "prefix":
    case "range":
    case "list":
    case "set":
    case "set-ref":
    case "wildcard":
      return textOf(expression);
  }
}

function payloadPhrase({ protocol, field }: Of<"payload">): Phrase {
  const noun = PAYLOAD_NOUNS.get(`${protocol} ${field}`);
  return noun === undefined ? phrase("header-field", { protocol, field }) : plain(noun);
}

/** A message without holes, of a table of them. */
function plain(id: Phrase["id"]): Phrase {
  return { id, negated: false, params: {} };
}

const BASES = {
  ll: phrase("base-link"),
  nh: phrase("base-network"),
  th: phrase("base-transport"),
  ih: phrase("base-inner"),
} as const;

function rawPhrase(expression: Of<"payload-raw">): Phrase {
  const { base, offset, length } = expression;
  return phrase("raw-bits", { base: BASES[base], offset, length, text: textOf(expression) });
}

function metaPhrase({ key }: Of<"meta">): Phrase {
  const noun = META_NOUNS.get(key);
  return noun === undefined ? phrase("meta-other", { key }) : plain(noun);
}

function ctPhrase({ key, direction }: Of<"ct">): Phrase {
  const whole = CT_NOUNS.get(key);
  const directed = CT_DIRECTED.get(key);
  if (whole !== undefined && direction === null) return plain(whole);
  const what = directed === undefined ? phrase("ct-other", { key }) : plain(directed);
  if (direction === null) return phrase("of-connection", { what });
  return phrase("of-direction", {
    what,
    direction: direction === "original" ? phrase("direction-first") : phrase("direction-reply"),
  });
}

function routePhrase({ key }: Of<"rt">): Phrase {
  const noun = RT_NOUNS.get(key);
  return noun === undefined ? phrase("meta-other", { key: `rt ${key}` }) : plain(noun);
}

function fibPhrase(expression: Of<"fib">): Phrase {
  const what = lookedUp(expression);
  return expression.result === "type" ? phrase("the-address-type", { what }) : phrase("the-route-device", { what });
}

/** The address that a lookup of a route is about. */
export function lookedUp({ flags }: Of<"fib">): Phrase {
  return flags.includes("saddr") ? phrase("the-source-address") : phrase("the-destination-address");
}

function socketPhrase({ key, level }: Of<"socket">): Phrase {
  if (key === "mark") return phrase("the-socket-mark");
  return key === "cgroupv2"
    ? phrase("the-cgroup-level", { level: level ?? 0 })
    : phrase("meta-other", { key: `socket ${key}` });
}

function optionPhrase(expression: Of<"exthdr" | "tcp-option" | "ip-option" | "sctp-chunk" | "dccp-option">): Phrase {
  const text = textOf(expression);
  if (expression.kind === "dccp-option") return phrase("option-itself", { option: text });
  const { field } = expression;
  if (field === null) return phrase("option-itself", { option: text });
  switch (expression.kind) {
    case "exthdr":
      return phrase("extension-field", { header: expression.header, field });
    case "tcp-option":
      if (expression.option === "maxseg" && field === "size") return phrase("the-mss");
      return phrase("tcp-option-field", { option: expression.option, field });
    case "ip-option":
      return phrase("ip-option-field", { option: expression.option, field });
    case "sctp-chunk":
      return phrase("chunk-field", { chunk: expression.chunk, field });
  }
}

function generatedPhrase(expression: Of<"numgen" | "hash">, scope: NftScope): Phrase {
  const text = textOf(expression);
  if (expression.kind === "numgen") {
    return expression.mode === "inc" ? phrase("counter-number", { text }) : phrase("random-number", { text });
  }
  return expression.of === null
    ? phrase("symmetric-hash", { text })
    : phrase("hash-number", { what: fieldPhrase(expression.of, scope), text });
}

function mapPhrase({ key, map }: Of<"map">, scope: NftScope): Phrase {
  const what = fieldPhrase(key, scope);
  if (map.kind === "set-ref") return phrase("map-named", { map: nameOfContent(map.name, scope), what });
  const elements = map.kind === "set" ? map.elements : [];
  return phrase("map-cases", {
    what,
    cases: list(
      "items",
      elements.map((element) => casePhrase(element, scope)),
    ),
  });
}

function casePhrase({ key, data }: NftElement, scope: NftScope): Phrase {
  const value = data === null || isVerdict(data) ? "" : fieldPhrase(data, scope);
  return key.kind === "wildcard"
    ? phrase("map-other", { value })
    : phrase("map-case", { key: fieldPhrase(key, scope), value });
}
