import type { frame as en } from "./frame-en.ts";

/** 分句如何连成解释，以及附带要说的话。 */
export const frame: Readonly<Record<keyof typeof en, string>> = {
  "rule-if": "若{conditions}，则{effect}。",
  "rule-always": "到达这里的每个报文：{effect}。",
  whole: "{value}",
  "meaning-of": "{owner}：{meaning}",
  "chain-named": "链{chain}",
  "chain-described": "链{chain}（{meaning}）",

  // 链。
  "chain-callers": "由{places}调用。",
  "chain-callers-more": "由{places}等调用，另有{count}处。",
  "chain-uncalled": "没有规则通向这里：不会有报文进来。",
  "chain-empty": "没有规则。",
  "chain-one": "1 条规则。",
  "chain-size": "{count}条规则。",
  "policy-accept": "各规则都未裁决的，放行（默认策略 ACCEPT）。",
  "policy-drop": "各规则都未裁决的，丢弃（默认策略 DROP）。",
  "policy-other": "各规则都未裁决的，按默认策略{policy}处理。",

  // 说明。
  "note-cut":
    "这份清单不完整：{owner}写这条规则时总带有对 mark 的测试（-m mark），这里却没有。规则由较新的 iptables 写入时，1.8.8 之前的 iptables 会漏掉它；内核中仍有。切勿用这份清单恢复规则。",
  "note-no-out-device": "在{hooks}处尚不知道从哪个设备发出：对发出设备的这一测试{永远不成立|永远成立}。",
  "note-no-in-device": "在{hooks}处没有进入设备：对进入设备的这一测试{永远不成立|永远成立}。",
  "note-set": "此处的集合{set}：{size}。",
  "note-set-unknown": "集合{set}的内容未知：快照中没有 ipset 转储。",
  "note-set-missing": "ipset 转储中没有集合{set}。",
  "members-none": "为空",
  "members-one": "1 个成员，即{members}",
  members: "{count}个成员，即{members}",
  "members-more": "{count}个成员，其中有{members}",
  "members-not-listed": "未列出成员",
  "note-mark-unread": "本机没有规则也没有策略路由规则查看 mark 中的{bits}：除非有 BPF 程序读取，否则它不起作用。",
  "note-comment": "注释：“{comment}”。",

  // 前提。
  needs: "前提：{needs}。",
  "need-transparent": "{protocol} {at}上的透明套接字（IP_TRANSPARENT）",
  "need-listener": "监听{protocol} {at}的套接字",
  "need-routing-rule": "针对 mark {mark}的策略路由规则",
  "need-local-route": "路由表{table}中的 local 默认路由",
  "need-met": "{need} ✓ {place}",
  "need-met-plainly": "{need} ✓",
  "need-missing": "{need} ✗ {file}中没有",
  "need-opaque": "{need} ✗ {place}处的套接字不是透明的",
  "need-absent": "{need} ✗ 没有",
  "need-unknown": "{need} ? 快照中没有{dump}",

  // 集合。
  "set-holds": "存放{meaning}。",
  "set-size": "类型{type}：{size}。",
  "used-by": "用于{places}。",
  "and-more": "另有{count}处",
  "used-by-none": "没有规则使用它。",

  // 策略路由规则。
  "routing-if": "若{conditions}，则{effect}。",
  "routing-unless": "除非{conditions}，否则{effect}。",
  "routing-always": "对每个报文：{effect}。",
  "made-here": "由本机发出（iif lo）",
  "routing-oif": "套接字绑定在{device}上",
  "routing-tunnel": "隧道号是{value}",
  "routing-l3mdev": "属于某个 VRF（l3mdev）",
  "routing-lookup": "查路由表{table}",
  "routing-lookup-known": "查路由表{table}（{meaning}）",
  "routing-lookup-l3mdev": "查该 VRF 的路由表",
  "routing-goto": "转到{priority}号起的规则",
  "routing-nop": "什么也不做",
  "routing-blackhole": "悄然丢弃",
  "routing-unreachable": "以不可达拒绝",
  "routing-prohibit": "以禁止拒绝",
  "routing-masquerade": "做伪装（2.6 之前的内核）",
  "routing-suppress": "前缀不超过{value}位的路由不算数：0 即不算默认路由。",
  "routing-suppress-group": "经设备组{value}的路由不算数。",
  "routing-detached": "其设备不存在：选不中任何报文。",

  // mark。
  "mark-means": "{meaning}。",
  "mark-unknown": "已知的组件都没有给这个 mark 赋予含义。",
  "mark-read-by": "查看它的有{places}。",
  "mark-written-by": "设置它的有{places}。",
  "mark-routed-by": "策略路由规则{rule}。",
  "mark-not-read": "本机没有规则查看它。",
  "mark-not-written": "本机没有规则设置它。",

  // 标题。
  "heading-owners": "写入者",
  "heading-sets": "集合",
  "heading-routing": "策略路由规则",
  "heading-marks": "mark",
  "owner-unknown": "未知",
  "versions-between": "{from} 至 {to}",
  "versions-exactly": "{from}",
  "versions-from": "{from} 起",
  "versions-to": "不晚于 {to}",
  "owner-rules-1": "1 条规则",
  "owner-rules": "{count}条规则",
  "no-sets": "快照中没有 ipset 转储。",
  "no-rules": "快照中没有表。",
};
