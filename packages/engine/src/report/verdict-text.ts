import type { ReportMessage, Speaker } from "../messages/catalogue.ts";
import type { Outcome, Reason, Step } from "../walk/trace.ts";
import type { Role, Word } from "./document.ts";
import { word } from "./document.ts";

/** `DROPPED in FORWARD by filter/cali-pi-default rule 1   (iptables-save.txt:87)`. */
export function verdictWords(outcome: Outcome, decisive: Step | null, role: Role, say: Speaker): readonly Word[] {
  const words = [word(say.report(`verdict-${outcome.verdict}`), role)];
  if (decisive?.kind === "rule" || decisive?.kind === "policy") {
    const { native, family, table, chain } = decisive;
    const place = native === true ? `${family}/${table}/${chain}` : `${table}/${chain}`;
    const hook = say.report("where-hook", { hook: say.report(`hook-${decisive.hook}`) });
    const span = decisive.kind === "rule" ? decisive.rule : decisive.span;
    const by =
      decisive.kind === "rule"
        ? say.report("by-rule", { place, rule: decisive.number })
        : say.report("by-policy", { place });
    words.push(word(`${hook}${by}`), word(deliveryOf(outcome, say)));
    words.push(word(`   (${span.file}:${String(span.line)})`, "faint"));
  } else words.push(word(deliveryOf(outcome, say)));
  if (decisive?.kind === "drop" && decisive.hook !== null) {
    words.push(word(say.report("where-hook", { hook: say.report(`hook-${decisive.hook}`) })));
  }
  if (outcome.verdict !== "accept" && !SELF_EVIDENT.has(outcome.reason)) {
    const id: ReportMessage = `reason-${outcome.reason}`;
    words.push(word(say.report("because", { what: unknownBecause(outcome, say) ?? say.report(id) })));
  }
  return words;
}

/** What ended a walk that could not go on: the last note says it better than the reason, which stands for many. */
function unknownBecause({ verdict, steps }: Outcome, say: Speaker): string | null {
  const last = steps.at(-1);
  return verdict === "unknown" && last?.kind === "note" ? say.sentence(last.what) : null;
}

/** The rule or the policy was named already. */
const SELF_EVIDENT: ReadonlySet<Reason> = new Set(["rule", "policy"]);

/** Where an accepted packet went, and in how many fragments. */
function deliveryOf(outcome: Outcome, say: Speaker): string {
  const where = whereTo(outcome, say);
  return outcome.cut === null ? where : where + say.report("in-fragments", { count: outcome.cut.length });
}

function whereTo({ verdict, delivery, oif }: Outcome, say: Speaker): string {
  if (verdict !== "accept") return "";
  const device = oif ?? say.report("unknown-device");
  switch (delivery) {
    case "local":
      return say.report("delivered-local");
    case "forward":
      return say.report("delivered-forward", { device });
    case "bridged":
      return say.report("delivered-bridged", { device });
    case "sent":
      return say.report("delivered-sent", { device });
    case "none":
      return "";
  }
}
