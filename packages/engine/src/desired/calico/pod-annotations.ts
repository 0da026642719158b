import type { z } from "zod";
import type { Address, Prefix } from "../../base/address.ts";
import { parseAddress, parsePrefix } from "../../base/address.ts";

/** What Calico reads in the annotations of a pod: libcalico-go/lib/backend/k8s/conversion/constants.go. */
export interface PodAnnotations {
  /** What the CNI plugin gave the pod; empty: it took that back. Null: not told. */
  readonly addresses: readonly Address[] | null;
  readonly floatingIPs: readonly Address[];
  readonly allowedSourcePrefixes: readonly Prefix[];
}

const PREFIX = "cni.projectcalico.org/";

/** Calico has no endpoint for a pod with a fault in one of these. */
export function podAnnotations(annotations: ReadonlyMap<string, string>, context: z.RefinementCtx): PodAnnotations {
  /** Null: it is not there. */
  const read = <T>(name: string, parse: (text: string) => readonly (T | null)[] | null, expected: string) => {
    const input = annotations.get(PREFIX + name);
    const parsed = input === undefined ? null : parse(input);
    const values = (parsed ?? []).filter((value) => value !== null);
    if (input !== undefined && values.length !== parsed?.length) {
      const path = ["metadata", "annotations", PREFIX + name];
      context.addIssue({ code: "custom", path, message: expected, input });
    }
    return parsed === null ? null : values;
  };
  const several = read("podIPs", (text) => commaList(text).map(addressOf), "IP,IP");
  const one = read("podIP", (text) => commaList(text).map(addressOf), "IP");
  return {
    addresses: one?.length === 0 ? one : (several ?? one),
    floatingIPs: read("floatingIPs", (text) => jsonTexts(text)?.map(parseAddress) ?? null, '["IP", …]') ?? [],
    allowedSourcePrefixes:
      read("allowedSourcePrefixes", (text) => jsonTexts(text)?.map(parsePrefix) ?? null, '["IP/LENGTH", …]') ?? [],
  };
}

function commaList(text: string): readonly string[] {
  return text === "" ? [] : text.split(",");
}

/** The plugin writes a length behind it. */
function addressOf(text: string): Address | null {
  return parseAddress(text) ?? parsePrefix(text)?.address ?? null;
}

/** Null: no JSON list of texts. */
function jsonTexts(text: string): readonly string[] | null {
  if (text === "") return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : null;
}
