import type { Event } from "js-yaml";
import { EVENT_ID } from "js-yaml";

/**
 * So many nodes may the aliases of a document stand for, all together. An alias shares the value of its anchor, which whoever reads
 * the value meets once for each alias: without a bound ten lines of aliases to aliases stand for a billion nodes.
 */
const MOST_NODES = 100_000;

interface Open {
  readonly anchor: string | null;
  /** Nodes before it. */
  readonly before: number;
}

/**
 * Where the alias stands with which the aliases of a document stand for more than {@link MOST_NODES} nodes, or which stands within its
 * own anchor: it would never end. Null: there is none.
 */
export function overgrownAlias(events: readonly Event[], source: string): number | null {
  const sizes = new Map<string, number>();
  const open: Open[] = [];
  let nodes = 0;
  let copied = 0;
  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        sizes.clear();
        copied = 0;
        open.push({ anchor: null, before: nodes });
        break;
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const anchor = anchorOf(event, source);
        open.push({ anchor, before: nodes++ });
        // Until it is closed it has no end.
        if (anchor !== null) sizes.set(anchor, Infinity);
        break;
      }
      case EVENT_ID.SCALAR: {
        nodes++;
        const anchor = anchorOf(event, source);
        if (anchor !== null) sizes.set(anchor, 1);
        break;
      }
      case EVENT_ID.ALIAS: {
        const size = sizes.get(anchorOf(event, source) ?? "") ?? 0;
        nodes += size;
        copied += size;
        if (copied > MOST_NODES) return event.anchorStart - "*".length;
        break;
      }
      case EVENT_ID.POP: {
        const closed = open.pop();
        if (closed !== undefined && closed.anchor !== null) sizes.set(closed.anchor, nodes - closed.before);
      }
    }
  }
  return null;
}

function anchorOf(event: { readonly anchorStart: number; readonly anchorEnd: number }, source: string): string | null {
  return event.anchorStart === -1 ? null : source.slice(event.anchorStart, event.anchorEnd);
}
