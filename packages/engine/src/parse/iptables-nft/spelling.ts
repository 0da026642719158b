import type { NftElement, NftExpression, NftStatement } from "../../model/nft.ts";

/*
 * One spelling of what nft's text and JSON both say, for patterns to match: `ip saddr != 10.0.0.0/8`, `meta mark & 0xff == 0x1`,
 * `tcp dport { 22, 80-90 }`. It is nft's own where nft has one only.
 */

/** An expression in one spelling; null: no pattern could hold what it says. */
export function spellExpression(expression: NftExpression): string | null {
  switch (expression.kind) {
    case "literal":
      return expression.quoted ? `"${expression.text}"` : expression.text;
    case "prefix":
      return joined([expression.address], "", `/${String(expression.length)}`);
    case "range":
      return joined([expression.from, expression.to], "-");
    case "list":
      return joined(expression.items, ",");
    case "concat":
      return joined(expression.parts, " . ");
    case "set":
      return spellSet(expression.elements);
    case "payload":
      return `${expression.protocol} ${expression.field}`;
    case "meta":
      return `meta ${expression.key}`;
    case "ct":
      return ["ct", expression.direction, expression.family, expression.key].filter((word) => word !== null).join(" ");
    case "rt":
      return `rt ${expression.key}`;
    case "fib":
      return `fib ${expression.flags.join(" . ")} ${expression.result}`;
    case "binary":
      return joined([expression.left, expression.right], ` ${expression.op} `);
    case "numgen":
      return `numgen ${expression.mode} mod ${String(expression.modulus)} offset ${String(expression.offset)}`;
    case "exthdr":
      return `${expression.header} ${expression.field ?? "exists"}`;
    case "tcp-option":
      return `tcp option ${expression.option} ${expression.field ?? "exists"}`;
    default:
      return null;
  }
}

function joined(parts: readonly NftExpression[], glue: string, behind = ""): string | null {
  const texts = parts.map(spellExpression);
  return texts.includes(null) ? null : texts.join(glue) + behind;
}

function spellSet(elements: readonly NftElement[]): string | null {
  const keys = elements.map(({ key, data }) => (data === null ? spellExpression(key) : null));
  return keys.includes(null) ? null : `{ ${keys.join(", ")} }`;
}

/** A statement in one spelling; null: no pattern could hold what it says. */
export function spellStatement(statement: NftStatement): string | null {
  switch (statement.kind) {
    case "match": {
      const op =
        statement.op === "in" || (statement.op === "==" && statement.left.kind !== "binary") ? "" : ` ${statement.op}`;
      const [left, right] = [spellExpression(statement.left), spellExpression(statement.right)];
      return left === null || right === null ? null : `${left}${op} ${right}`;
    }
    case "mangle": {
      const [target, value] = [spellExpression(statement.target), spellExpression(statement.value)];
      return target === null || value === null ? null : `${target} set ${value}`;
    }
    case "nat": {
      const { type, address, port, flags } = statement;
      const to = address === null ? "" : spellExpression(address);
      const ports = port === null ? "" : spellExpression(port);
      if (to === null || ports === null) return null;
      const host = port !== null && to.includes(":") ? `[${to}]` : to;
      const where = address !== null || port !== null ? ` to ${host}${port === null ? "" : `:${ports}`}` : "";
      return `${type}${where}${flags.map((flag) => ` ${flag}`).join("")}`;
    }
    case "limit": {
      const { rate } = statement;
      if (rate === null) return null;
      const unit = rate.unit === "packets" ? "" : ` ${rate.unit}`;
      const burst = rate.burst === null ? "" : ` burst ${String(rate.burst)} ${rate.burstUnit}`;
      return `limit rate ${rate.over ? "over " : ""}${String(rate.rate)}${unit}/${rate.per}${burst}`;
    }
    case "reject": {
      const code = statement.code === null ? "" : spellExpression(statement.code);
      return code === null
        ? null
        : ["reject", statement.type, code].filter((word) => word !== null && word !== "").join(" ");
    }
    case "log":
      return `log${statement.options.map(([name, value]) => ` ${name} ${value}`).join("")}`;
    case "queue": {
      const queue = statement.queue === null ? "0" : spellExpression(statement.queue);
      return queue === null ? null : `queue ${queue}${statement.flags.map((flag) => ` ${flag}`).join("")}`;
    }
    case "dup": {
      const to = statement.address === null ? "" : spellExpression(statement.address);
      const device = statement.device === null ? "" : spellExpression(statement.device);
      return to === null || device === null ? null : `dup to ${to}${device === "" ? "" : ` device ${device}`}`;
    }
    case "notrack":
      return "notrack";
    case "jump":
    case "goto":
      return `${statement.kind} ${statement.chain}`;
    case "accept":
    case "drop":
    case "return":
      return statement.kind;
    default:
      return null;
  }
}
