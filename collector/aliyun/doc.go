// Package aliyun reads instances of Alibaba Cloud: an Account asks the cloud's
// APIs within what the account may ask, and a Collector reads the newest figures
// of up to 50 instances of one kind from CloudMonitor.
//
//	Runner ──► Collector ──DescribeMetricLast──► Account ──signed──► CloudMonitor
//	              │ figures, with their age          │ keys, pauses, calls of the month
//
// Who builds and signs a request is darabonba-openapi, and who finds the keys is
// credentials-go. What is sent goes over a transport of our own, which ends with
// ctx, takes the proxies of the environment and follows no redirect, and what
// comes back is judged here (docs/decisions/0006-alibaba-cloud-over-our-own-transport.md).
//
// CloudMonitor is not a server that is read whenever one likes: an account has a
// number of calls for each month. Every Collector tells its Account how much a
// sweep over its metrics costs, and the Account stretches all their intervals so
// that the month's calls last to its end. Between two sweeps a Collector tells
// again what it knows, as long as that is young enough.
//
// docs/sources/aliyun.md says what each metric is read from, which rights it
// takes and which limits hold.
package aliyun
