import { sha256 } from "@noble/hashes/sha2.js";
import { base32 } from "../../base/base32.ts";
import { utf8Bytes } from "../../base/utf8.ts";

const HASH_CHARACTERS = 16;
const HASH_BYTES = 10; // 16 characters of 5 bits

/** What every chain of one service port ends in: pkg/proxy/iptables portProtoHash. `protocol` in lower case. */
export function servicePortHash(servicePort: string, protocol: string): string {
  return hash(servicePort + protocol);
}

/** What the chain of one endpoint ends in; `endpoint` is `address:port`. */
export function endpointHash(servicePort: string, protocol: string, endpoint: string): string {
  return hash(servicePort + protocol + endpoint);
}

function hash(text: string): string {
  return base32(digestOf(text).subarray(0, HASH_BYTES)).slice(0, HASH_CHARACTERS);
}

/** To make a hasher costs more than to hash so short a text: one is set back again and again. */
const START = sha256.create();
const HASHER = sha256.create();
const DIGEST = new Uint8Array(sha256.outputLen);

/** SHA-256 of a text; good until the next call. */
function digestOf(text: string): Uint8Array {
  START._cloneInto(HASHER).update(utf8Bytes(text)).digestInto(DIGEST);
  return DIGEST;
}

/** `namespace/name:port`, or `namespace/name` where the port has no name. */
export function servicePortName(namespace: string, name: string, port: string): string {
  return port === "" ? `${namespace}/${name}` : `${namespace}/${name}:${port}`;
}

const NFT_HASH_BYTES = 5; // 8 characters of 5 bits
/** nft's longest name, less the longest prefix that kube-proxy puts before it. */
const LONGEST_NFT_BASE = 256 - 16;

/** What every chain of one service port ends in, in mode nftables: pkg/proxy/nftables servicePortChainNameBase. */
export function nftServicePortBase(namespace: string, name: string, protocol: string, port: string): string {
  return nftBase(`${namespace}/${name}/${protocol}/${port}`);
}

/** What the chain and the set of one endpoint end in. `host` is its address as text. */
export function nftEndpointBase(servicePortBase: string, host: string, port: number): string {
  const servicePort = servicePortBase.slice(servicePortBase.indexOf("-") + 1);
  return nftBase(`${servicePort}__${host.replaceAll(":", ".")}/${String(port)}`);
}

function nftBase(name: string): string {
  const hash = base32(digestOf(name).subarray(0, NFT_HASH_BYTES));
  const base = `${hash}-${name}`;
  return base.length > LONGEST_NFT_BASE ? `${base.slice(0, LONGEST_NFT_BASE - 3)}...` : base;
}
