import type { cilium as en } from "./cilium-en.ts";

/** Cilium 各部分的用途。 */
export const cilium: Readonly<Record<keyof typeof en, string>> = {
  "cilium-chain-old": "Cilium 先前的规则，新规则写好之前暂时保留",
  "cilium-chain-transient": "Cilium 重写规则期间放行 Pod 流量",
  "cilium-chain-input": "Cilium：放行送往本机代理的报文",
  "cilium-chain-output": "Cilium：放行代理发出的报文，其余的标记为来自主机",
  "cilium-chain-output-raw": "Cilium：代理发出的报文不做连接跟踪",
  "cilium-chain-post-nat": "Cilium：离开集群网络的报文换成对端能够应答的源地址",
  "cilium-chain-output-nat": "属于 Cilium；未启用 IPsec 时为空",
  "cilium-chain-pre-nat": "属于 Cilium；未启用 IPsec 时为空",
  "cilium-chain-post-mangle": "属于 Cilium；始终为空",
  "cilium-chain-pre-mangle": "Cilium：把 BPF 程序打过标记的报文交给本机代理",
  "cilium-chain-pre-raw": "Cilium：送往代理的报文不做连接跟踪",
  "cilium-chain-forward": "Cilium：放行 Pod 流量，无论 FORWARD 的默认策略为何",

  "cilium-set-nodes": "集群所有节点的地址",

  "cilium-device-health": "Cilium 的健康检查端点",
  "cilium-device-pod": "Pod veth 对在主机一侧的一端",
  "cilium-device-host": "Cilium 自己的设备，主机与 Pod 经它互通",
  "cilium-device-net": "cilium_host 的另一端",
  "cilium-device-tunnel": "Cilium 通往其他节点的隧道",
  "cilium-device-wireguard": "Cilium 的 WireGuard 隧道",
  "cilium-device-any": "Cilium 自己的所有设备：cilium_host、cilium_net、cilium_vxlan 等",

  "cilium-feeder": "agent 填好自己的链之后，把这条跳转插在内建链的最前面。",
  "cilium-tproxy-dns":
    "Pod 处的 BPF 程序已为 DNS 代理给报文打上标记；该代理读取 DNS 的询问与应答，供含域名的策略（toFQDNs）使用。每个代理有两条这样的规则：一条管 tcp，一条管 udp。",
  "cilium-tproxy-http":
    "Pod 处的 BPF 程序已为 Envoy 给报文打上标记，因为有 L7 策略涉及它（{proxy}）。每个代理有两条这样的规则：一条管 tcp，一条管 udp，与它服务什么无关。",
  "cilium-tproxy-listener":
    "BPF 程序已为 Envoy 的监听器 {proxy} 给报文打上标记，该监听器由 CiliumEnvoyConfig 要求建立。每个代理有两条这样的规则：一条管 tcp，一条管 udp，与它服务什么无关。",
  "cilium-tproxy":
    "BPF 程序已为代理 {proxy} 给报文打上标记。每个代理有两条这样的规则：一条管 tcp，一条管 udp，与它服务什么无关。",
  "cilium-socket":
    "连接已由代理接管，其后续报文送回该代理：“送往代理”的标记使策略路由把它送达本机，尽管目的地址并非本机地址。",
  "cilium-notrack-to-proxy":
    "报文正在送往本机代理（标记由 BPF 程序设置）。若做连接跟踪，别人的 NAT 规则就可能改写它，而且同一连接会被记成两条：到代理的一条和代理之后的一条。",
  "cilium-notrack-proxy-return": "代理给 Pod 的应答：源地址是对端的而非代理的，不能跟踪，也不能转换。",
  "cilium-notrack-proxy-forward": "代理转交给 Pod 的报文，此后才由 IPsec 加密。",
  "cilium-notrack-upstream": "代理以 Pod 的地址自行连往服务器：不能当作本机发起的连接来跟踪。",
  "cilium-accept-to-proxy": "没有这条规则，INPUT 的默认策略若为丢弃，报文就到不了代理。",
  "cilium-accept-from-proxy": "没有这条规则，OUTPUT 的默认策略若为丢弃，代理发出的报文就到不了 Pod。",
  "cilium-accept-upstream": "没有这条规则，OUTPUT 的默认策略若为丢弃，代理就连不上服务器。",
  "cilium-mark-from-host":
    "告诉 BPF 程序：该报文由本机进程发出（身份为 host），不要当作外来报文。已带有 Cilium 标记的报文（代理、加密、Pod 身份）除外。它在路由决策之后才执行，任何策略路由规则都看不到这个标记。",
  "cilium-accept-tunnel": "发往其他节点隧道端口的报文一律放行，无论默认策略为何。",
  "cilium-notrack-tunnel": "隧道自身的报文无需跟踪，跟踪只会占满连接表。",
  "cilium-exclude-encryption": "要由 IPsec 或 WireGuard 加密、或已解密的报文，原样通过 {table} 表的 {chain} 链。",
  "cilium-notrack-encryption": "要由 IPsec 或 WireGuard 加密、或已解密的报文不做跟踪。",
  "cilium-forward-to":
    "经 {device} 去往 Pod 的流量一律放行，无论 FORWARD 的默认策略为何（例如 Docker 把它设为 DROP）；策略已由 BPF 程序裁决。",
  "cilium-forward-from":
    "经 {device} 来自 Pod 或主机一侧的流量一律放行，无论 FORWARD 的默认策略为何；策略已由 BPF 程序裁决。",
  "cilium-notrack-pods":
    "此处 Pod 流量不需要内核的 conntrack：由 BPF 程序跟踪（install-no-conntrack-iptables-rules）。",
  "cilium-notrack-host-ports": "注解要求不跟踪该端口。",
  "cilium-masquerade":
    "Pod 的地址在集群之外没有意义：出去的报文改用节点的地址。留在 Cilium 自己设备上的报文是去往其他 Pod 的，保持原地址。",
  "cilium-snat-source-route": "Pod 的报文取用到目的地的路由所要求的源地址。",
  "cilium-exclude-others": "不去往 Pod 的报文不需要下面各条规则。",
  "cilium-exclude-proxy-return": "代理发出的报文所带的正是对端期待的地址，不能再做伪装。",
  "cilium-exclude-nodes": "集群的其他节点看到的是 Pod 自己的地址。",
  "cilium-snat-host": "从这里进入 Pod 网络、而 Pod 又无从回应其源地址的报文，换成 cilium_host 的地址。",
  "cilium-snat-loopback": "主机进程以 127.0.0.1 访问 Pod：Pod 无法向环回地址应答。",
  "cilium-snat-hairpin": "Pod 经服务访问自己：应答必须回到节点，在那里把地址换回来。",
  "cilium-eni-save": "记住经主网卡到达本机的连接，使其应答从同一网卡出去。",
  "cilium-eni-restore":
    "Pod 的应答由此恢复先前记下的 mark；由策略路由规则（109：fwmark 0x80/0x80）送往主网卡。没有那条规则，该 mark 不起作用。",

  "cilium-routing-ipsec": "要由 IPsec 加密或已解密的报文另用一张路由表。",
  "cilium-routing-wireguard": "要由 WireGuard 加密的报文送入其隧道。",
  "cilium-routing-to-proxy": "送往代理的报文一律送达本机，无论目的地址为何：{table} 号表把所有地址都当作本机地址。",
  "cilium-routing-from-proxy": "代理发往 Pod 的报文从 cilium_host 出去，由那里的 BPF 程序接手：{table} 号表。",
  "cilium-routing-to-pod": "去往本机 Pod {pod} 的报文走 main 表中它自己的路由。",
  "cilium-routing-local": "本机地址的规则。内核把它放在 0 号；Cilium 把它移到代理规则之后，否则代理规则永远轮不到。",
  "cilium-routing-primary-eni": "经主网卡进来的连接，其应答仍从主网卡出去。",
  "cilium-routing-from-pod": "Pod {pod} 的报文从其地址所属的网卡出去：{table} 号表。",
  "cilium-routing-vtep": "去往外部 VXLAN 端点（VTEP）的报文。",
  "cilium-table-ipsec": "IPsec 所用的路由",
  "cilium-table-wireguard": "进入 WireGuard 隧道的路由",
  "cilium-table-vtep": "去往外部 VXLAN 端点的路由",
  "cilium-table-to-proxy": "一律送达本机：用于送往代理的报文",
  "cilium-table-from-proxy": "一律送往 cilium_host：用于代理发往 Pod 的报文",

  "cilium-set-by-pod": "策略把连接交给代理时，由 Pod 设备上的 Cilium BPF 程序（bpf_lxc）设置；规则转储中看不到。",
  "cilium-set-by-pod-identity":
    "由 Pod 设备上的 Cilium BPF 程序（bpf_lxc）在把报文交给内核协议栈时设置，DNS 代理则设在自己的套接字上；规则转储中看不到。",
  "cilium-set-by-proxy": "由代理设在自己的套接字上（SO_MARK）；规则转储中看不到。",
  "cilium-set-by-host": "由节点设备上的 Cilium BPF 程序（bpf_host）设置；规则转储中看不到。",
  "cilium-set-by-overlay": "由 Cilium 的 BPF 程序设在送入隧道的报文上；规则转储中看不到。",
  "cilium-set-by-encrypt": "由 Cilium 的 BPF 程序设在有待加密的报文上，或由内核设在已加密的报文上；规则转储中看不到。",
  "cilium-set-by-decrypt": "由节点设备上的 Cilium BPF 程序或内核的 IPsec 设置；规则转储中看不到。",

  "cilium-mark-to-proxy": "送往本机代理",
  "cilium-mark-port": "监听端口 {port}：{half} 是 {port} 的网络字节序",
  "cilium-mark-snat-done": "BPF 程序已转换源地址",
  "cilium-mark-overlay": "在隧道中",
  "cilium-mark-overlay-encrypted": "在隧道中，已加密",
  "cilium-mark-decrypted-overlay": "来自隧道，已解密",
  "cilium-mark-wireguard": "已由 WireGuard 加密",
  "cilium-mark-egress-gateway": "已由出口网关处理",
  "cilium-mark-proxy-world": "代理自己对外的连接",
  "cilium-mark-proxy-endpoint": "由代理以 Pod 的名义发出",
  "cilium-mark-proxy-ingress": "来自入向代理",
  "cilium-mark-proxy-egress": "来自出向代理",
  "cilium-mark-from-proxy": "来自代理",
  "cilium-mark-proxy-upstream": "代理自己连往服务器的连接",
  "cilium-mark-host": "由本机进程发出",
  "cilium-mark-decrypt": "已由或将由 IPsec 解密",
  "cilium-mark-encrypt": "有待加密",
  "cilium-mark-identity": "带有本机 Pod 或 DNS 代理的身份",
  "cilium-mark-primary-eni": "经主网卡进入",
  "cilium-mark-endpoint-id": "端点 {id}",
  "cilium-mark-identity-of": "身份 {id}",
  "cilium-mark-no-identity": "不带身份",
};
