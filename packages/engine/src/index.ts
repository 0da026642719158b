/** The engine's public surface: text in, values out. See README.md beside this file for the reading order. */
export * from "./base/address.ts";
export * from "./base/assert.ts";
export * from "./base/protocols.ts";
export * from "./base/quote.ts";
export * from "./base/ranges.ts";
export * from "./base/span.ts";
export type * from "./model/diagnostic.ts";
export type * from "./model/host.ts";
export type * from "./model/routing.ts";
export type * from "./model/ruleset.ts";
export type * from "./model/sets.ts";
export type * from "./model/snapshot.ts";
export type * from "./program/action.ts";
export type * from "./program/packet.ts";
export * from "./program/packet-bytes.ts";
export * from "./program/protocol.ts";
export type * from "./program/test.ts";
export type * from "./walk/trace.ts";
