"""A recipe for badges: material for tests that need pictures, whatever the built-in recipes say."""

BADGE = {
    "recipes/badge.yaml": """\
        parameters:
          subject: {type: text, required: true}
          style: {type: choice, choices: {felt: {label: Felt, words: felt}, tin: {label: Tin, words: tin}}, default: felt}
          words: {type: copy}
        stays:
          - the subject, {{ subject }}
          - the {{ style }} style
          - the lettering {{ words }}
        settings: {aspect_ratio: "1:1", tier: standard}
        """,
    "templates/badge.j2": "Make a {{ style }} badge of {{ subject }}{% if words %} that reads {{ words }}{% endif %}.",
}
