#[test]
fn a_rosterlab_experiment() {
    // Follow it in the page: the part in quotes stands behind the # of the address.
    let link = "s1=0.2.0-1olczcluaj_a.n2S-main_1-A101~2.2-B101~1_s34_g_c1";
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
        ("A103", "main", 0, 4096, 0),
    ];
    let found: Vec<_> = found.iter().map(|(sub, name, a, u, d)| (&**sub, *name, *a, *u, *d)).collect();
    assert_eq!(found, expected);
}
