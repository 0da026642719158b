import { z } from "zod";
import type { Metadata } from "./fields.ts";
import { titledMetadata, typeMeta } from "./fields.ts";

/** hookwalk.dev/v1 PacketTests: what people want of their own node, of single packets and of all. docs/test.md describes it for users. */
export interface PacketTests {
  readonly kind: "PacketTests";
  readonly metadata: Metadata;
  readonly tests: readonly (PacketTest | ClaimTest)[];
}

/** Something about every packet, in the language of docs/reach.md without the word that asks. */
export interface ClaimTest {
  readonly name: string;
  readonly claim: Claim;
}

export interface Claim {
  /** No packet fares so, each does, some packet does. */
  readonly holds: "never" | "always" | "exists";
  /** `from cali+ reach tcp/22 on the node`. */
  readonly text: string;
}

export interface PacketTest {
  readonly name: string;
  /** As the options of `trace` spell it: `{ iif: eth0, src: 10.0.0.9, dst: "10.0.0.2:80" }`. */
  readonly packet: ReadonlyMap<string, string | number | boolean>;
  readonly expect: PacketExpectation;
}

/** What must hold in every outcome; null: anything may. */
export interface PacketExpectation {
  readonly verdict: "accept" | "drop" | "reject" | "queue" | "unknown" | null;
  readonly delivery: "local" | "forward" | "bridged" | "sent" | "none" | null;
  /** The device that it leaves by. */
  readonly oif: string | null;
  /** At the end; masks are not written. */
  readonly mark: number | null;
  /** As it left or was delivered: `A`, `A:PORT` or `[v6]:PORT`. */
  readonly src: string | null;
  readonly dst: string | null;
  /** `[family/]table/chain/N`, the rule that decides, or `[family/]table/chain`: the chain whose policy does. */
  readonly decidedBy: string | null;
  /** Rules, as above, that it must match on its way, in this order. */
  readonly matches: readonly string[];
}

const LARGEST_MARK = 0xffff_ffff;
const place = z.string().regex(/^([a-z0-9]+\/)?[^/\s]+\/[^/\s]+(\/\d+)?$/, "[family/]table/chain[/N]");
const rule = z.string().regex(/^([a-z0-9]+\/)?[^/\s]+\/[^/\s]+\/\d+$/, "[family/]table/chain/N");

/** In decimal or, as marks are written, in hex. */
const mark = z.union([
  z.int().min(0).max(LARGEST_MARK),
  z
    .string()
    .regex(/^0x[0-9a-fA-F]{1,8}$/, "0x…")
    .transform(Number),
]);

const expectation = z
  .strictObject({
    verdict: z.enum(["accept", "drop", "reject", "queue", "unknown"]).nullish(),
    delivery: z.enum(["local", "forward", "bridged", "sent", "none"]).nullish(),
    oif: z.string().nullish(),
    mark: mark.nullish(),
    src: z.string().nullish(),
    dst: z.string().nullish(),
    decidedBy: place.nullish(),
    matches: z.array(rule).nullish(),
  })
  .refine((given) => Object.keys(given).length > 0, "verdict | delivery | oif | mark | src | dst | decidedBy | matches")
  .transform(({ verdict, delivery, oif, mark, src, dst, decidedBy, matches }): PacketExpectation => ({
    verdict: verdict ?? null,
    delivery: delivery ?? null,
    oif: oif ?? null,
    mark: mark ?? null,
    src: src ?? null,
    dst: dst ?? null,
    decidedBy: decidedBy ?? null,
    matches: matches ?? [],
  }));

const CLAIMS = ["never", "always", "exists"] as const;
const FORMS = "packet, expect | never | always | exists";

const test = z
  .strictObject({
    name: z.string().min(1),
    packet: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
    expect: expectation.nullish(),
    never: z.string().nullish(),
    always: z.string().nullish(),
    exists: z.string().nullish(),
  })
  .transform((given, context): PacketTest | ClaimTest => {
    const { name, packet, expect } = given;
    const claims = CLAIMS.flatMap((holds): readonly Claim[] => {
      const text = given[holds] ?? null;
      return text === null ? [] : [{ holds, text }];
    });
    const [claim] = claims;
    const isPacket = packet !== undefined && packet !== null && expect !== undefined && expect !== null;
    if (isPacket && claims.length === 0) return { name, packet: new Map(Object.entries(packet)), expect };
    if (claim !== undefined && claims.length === 1 && (packet ?? expect ?? null) === null) return { name, claim };
    context.addIssue({ code: "custom", message: FORMS, input: given });
    return z.NEVER;
  });

export const packetTests: z.ZodType<PacketTests> = z
  .strictObject({ ...typeMeta, metadata: titledMetadata, tests: z.array(test).min(1) })
  .transform(({ metadata, tests }): PacketTests => ({ kind: "PacketTests", metadata, tests }));
