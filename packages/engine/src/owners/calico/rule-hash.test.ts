import { describe, expect, it } from "vitest";
import { APPENDED, restoreLine, ruleHashes } from "./rule-hash.ts";

describe("hashes of rules", () => {
  // Published by nodes with Felix 2.1 to 3.30.
  it.each([
    ["FORWARD", ["-A FORWARD HASH --jump cali-FORWARD"], ["wUHhoiAYhphO9Mso"]],
    [
      `FORWARD${APPENDED}`,
      [
        '-A FORWARD*appends* HASH -m comment --comment "Policy explicitly accepted packet." -m mark --mark 0x10000/0x10000 --jump ACCEPT',
        "-A FORWARD*appends* HASH --jump MARK --set-mark 0x10000/0x10000",
      ],
      ["S93hcgKJrXEqnTfs", "mp77cMpurHhyjLrM"],
    ],
    [
      "cali-po-namespace-default",
      [
        "-A cali-po-namespace-default HASH --jump MARK --set-mark 0x1000000/0x1000000",
        "-A cali-po-namespace-default HASH -m mark --mark 0x1000000/0x1000000 --jump RETURN",
      ],
      ["uT-hMQk_SRgHsKxT", "KDa-ASKrRQu4eYZs"],
    ],
  ])("of %s", (chain, texts, hashes) => {
    expect(ruleHashes(chain, texts)).toEqual(hashes);
  });

  it("of nftables have the table before the chain, and the rule's body alone", () => {
    expect(
      ruleHashes("filter-cali-wl-to-host", ["counter jump filter-cali-from-wl-dispatch", "counter accept"]),
    ).toEqual(["Ny8jNeS1ncqmgkwL", "m-f8F_F3sZQBn4vu"]);
    expect(ruleHashes("nat-cali-PREROUTING", ["counter jump nat-cali-fip-dnat"])).toEqual(["4l5hoyVny05ifNh_"]);
  });

  it("come back as a line for iptables-restore", () => {
    const text = '-A FORWARD*appends* HASH -m comment --comment "a" --jump ACCEPT';
    expect(restoreLine(text, "S93hcgKJrXEqnTfs")).toBe(
      '-A FORWARD -m comment --comment "cali:S93hcgKJrXEqnTfs" -m comment --comment "a" --jump ACCEPT',
    );
  });
});
