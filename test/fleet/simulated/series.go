package simulated

// The names on the full page beside the four of the model, without emqx_ in
// front: as many, as long and as mixed as EMQX's own.

func slowGauges() []string {
	return []string{
		"connections_max", "live_connections_count", "live_connections_max",
		"sessions_count", "sessions_max", "cluster_sessions_count", "cluster_sessions_max",
		"channels_count", "channels_max", "topics_count", "topics_max", "suboptions_count",
		"suboptions_max", "subscribers_count", "subscribers_max", "subscriptions_max",
		"subscriptions_shared_count", "subscriptions_shared_max", "retained_count", "retained_max",
		"delayed_count", "delayed_max", "durable_subscriptions_count", "durable_subscriptions_max",
		"cluster_nodes_running", "cluster_nodes_stopped", "cert_expiry_at", "license_expiry_at",
		"rules_count", "actions_count", "connectors_count", "schema_registrys_count", "authn_users_count",
	}
}

func busyGauges() []string {
	return []string{
		"vm_cpu_use", "vm_cpu_idle", "vm_run_queue", "vm_process_messages_in_queues", "vm_total_memory",
		"vm_used_memory", "vm_mnesia_tm_mailbox_size", "vm_broker_pool_max_mailbox_size",
	}
}

func growingCounters() []string {
	return []string{
		"bytes_received", "bytes_sent", "packets_received", "packets_sent", "packets_connect",
		"packets_connack_sent", "packets_publish_received", "packets_publish_sent",
		"packets_puback_received", "packets_puback_sent", "packets_subscribe_received",
		"packets_suback_sent", "packets_unsubscribe_received", "packets_unsuback_sent",
		"packets_pingreq_received", "packets_pingresp_sent", "packets_disconnect_received",
		"packets_disconnect_sent", "messages_qos0_received", "messages_qos0_sent",
		"messages_qos1_received", "messages_qos1_sent", "messages_publish", "messages_acked",
		"messages_delivered", "messages_forward", "client_connect", "client_connack",
		"client_connected", "client_authenticate", "client_authorize", "client_subscribe",
		"client_unsubscribe", "client_disconnected", "session_created", "session_terminated",
		"authentication_success", "authorization_allow", "authorization_cache_hit",
		"overload_protection_gc",
	}
}

func constantCounters() []string {
	return []string{
		"packets_connack_error", "packets_connack_auth_error", "packets_publish_error",
		"packets_publish_auth_error", "packets_publish_dropped", "packets_puback_inuse",
		"packets_puback_missed", "packets_pubrec_received", "packets_pubrec_sent",
		"packets_pubrec_inuse", "packets_pubrec_missed", "packets_pubrel_received",
		"packets_pubrel_sent", "packets_pubrel_missed", "packets_pubcomp_received",
		"packets_pubcomp_sent", "packets_pubcomp_inuse", "packets_pubcomp_missed",
		"packets_subscribe_error", "packets_subscribe_auth_error", "packets_unsubscribe_error",
		"packets_auth_received", "packets_auth_sent", "messages_qos2_received",
		"messages_qos2_sent", "messages_dropped", "messages_dropped_expired",
		"messages_dropped_no_subscribers", "messages_dropped_quota_exceeded",
		"messages_dropped_receive_maximum", "messages_retained", "messages_delayed",
		"messages_persisted", "messages_validation_failed", "messages_validation_succeeded",
		"messages_transformation_failed", "messages_transformation_succeeded", "delivery_dropped",
		"delivery_dropped_no_local", "delivery_dropped_too_large", "delivery_dropped_qos0_msg",
		"delivery_dropped_queue_full", "delivery_dropped_expired", "client_auth_anonymous",
		"client_acl_deny", "session_resumed", "session_takenover", "session_discarded",
		"authentication_success_anonymous", "authentication_failure", "authorization_deny",
		"authorization_superuser", "authorization_nomatch", "authorization_matched_allow",
		"authorization_matched_deny", "overload_protection_delay_ok",
		"overload_protection_delay_timeout", "overload_protection_hibernation",
		"overload_protection_new_conn", "olp_lc_total", "packets_invalid_total",
		"connection_congested_total", "connection_rejected_total", "banned_total",
	}
}
