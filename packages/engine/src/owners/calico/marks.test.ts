import { describe, expect, it } from "vitest";
import { MARK_ERAS, allocateMarks, endpointMark } from "./marks.ts";

/** Of the default masks, as nodes print the rule that clears them all. */
describe("mark bits", () => {
  it.each([
    ["2.1.0", 0x700_0000, { accept: 0x100_0000, pass: 0x200_0000, "from-workload": 0x400_0000 }],
    ["2.4.0", 0xf00_0000, { accept: 0x100_0000, "scratch-0": 0x400_0000, "scratch-1": 0x800_0000 }],
    ["3.1.0", 0xf_0000, { accept: 0x1_0000, pass: 0x2_0000, "scratch-0": 0x4_0000, endpoint: 0xfff0_0000 }],
    ["3.30.0", 0x1b_0000, { drop: 0x4_0000, "scratch-0": 0x8_0000, "scratch-1": 0x10_0000, endpoint: 0xffe0_0000 }],
  ])("since %s", (since, cleared, some) => {
    const era = MARK_ERAS.find((each) => each.since === since);
    const marks = era && allocateMarks(era);
    expect(marks?.cleared).toBe(cleared);
    expect(Object.fromEntries(marks?.bits ?? [])).toMatchObject(some);
  });

  it("of WireGuard stand before those of the endpoints, and a short mask has none of them", () => {
    const [, , , latest] = MARK_ERAS;
    if (latest === undefined) throw new Error("no era");
    const marks = allocateMarks(latest, 0xffff_0000, true);
    expect(marks.bits.get("wireguard")).toBe(0x20_0000);
    expect(marks.bits.get("endpoint")).toBe(0xffc0_0000);
    expect([...allocateMarks(latest, 0x30).bits]).toEqual([
      ["accept", 0x10],
      ["pass", 0x20],
    ]);
  });

  it("of an endpoint lie scattered in the mask", () => {
    expect(endpointMark("cali1234", 0xff00)).toBe(0xd400);
    // The same digits in a mask with gaps.
    expect(endpointMark("cali1234", 0x5555_0000)).toBe(0x5110_0000);
    expect(endpointMark("cali1234", 0)).toBe(0);
  });
});
