import { sha256 } from "@noble/hashes/sha2.js";
import { base32 } from "../../base/base32.ts";
import { smallHash } from "../../base/small-hash.ts";

const digestOf = smallHash(sha256);

const HASH_CHARACTERS = 16;

/** What every chain of one service port ends in: pkg/proxy/iptables portProtoHash. `protocol` in lower case. */
export function servicePortHash(servicePort: string, protocol: string): string {
  return hash(servicePort + protocol);
}

/** What the chain of one endpoint ends in; `endpoint` is `address:port`. */
export function endpointHash(servicePort: string, protocol: string, endpoint: string): string {
  return hash(servicePort + protocol + endpoint);
}

/** The chain of one endpoint: pkg/proxy/iptables servicePortEndpointChainName. */
export function endpointChain(servicePort: string, protocol: string, endpoint: string): string {
  return hash(servicePort + protocol + endpoint, "KUBE-SEP-");
}

function hash(text: string, before = ""): string {
  return base32(digestOf(text), HASH_CHARACTERS, before);
}

/** `namespace/name:port`, or `namespace/name` where the port has no name. */
export function servicePortName(namespace: string, name: string, port: string): string {
  return port === "" ? `${namespace}/${name}` : `${namespace}/${name}:${port}`;
}

const NFT_HASH_CHARACTERS = 8;
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
  const base = `${base32(digestOf(name), NFT_HASH_CHARACTERS)}-${name}`;
  return base.length > LONGEST_NFT_BASE ? `${base.slice(0, LONGEST_NFT_BASE - 3)}...` : base;
}

/** nft's comments, in bytes: names of services are ASCII. */
export const LONGEST_NFT_COMMENT = 128;

/** A comment as kube-proxy cuts it since kubernetes#139516. */
export function nftComment(text: string): string {
  return text.slice(0, LONGEST_NFT_COMMENT);
}
