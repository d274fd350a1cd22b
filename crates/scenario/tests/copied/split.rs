#[test]
fn a_rosterlab_experiment() {
    // Follow it in the page: the part in quotes stands behind the # of the address.
    let link = "s1=0.2.0-78p0yn46t_a.n2S-main_1-A1~2.2-B1~2_k0~2.3~5";
    let linked = rosterlab_scenario::share::read(link).expect("the link can be followed");
    let view = linked.timeline.cluster().view();
    let mut found = Vec::new();
    for sub_cluster in &view.sub_clusters {
        for (settings, namespace) in view.namespaces.iter().zip(&sub_cluster.namespaces) {
            let (principal, counts) = (sub_cluster.principal.to_string(), namespace.counts);
            found.push((principal, &*settings.name, counts.active, counts.unavailable, counts.dead));
        }
    }
    let expected: &[(&str, &str, u32, u32, u32)] = &[
        // Sub-cluster by its principal, namespace, active, unavailable, dead.
        ("B3", "main", 2045, 2051, 0),
        ("A3", "main", 2051, 2045, 0),
    ];
    let found: Vec<_> = found.iter().map(|(sub, name, a, u, d)| (&**sub, *name, *a, *u, *d)).collect();
    assert_eq!(found, expected);
}
