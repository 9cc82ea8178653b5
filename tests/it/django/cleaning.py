from django import forms

OURS = json.loads(OURS)


class SampleForm(forms.ModelForm):
    moment = forms.SplitDateTimeField()

    class Meta:
        model = Sample
        fields = "__all__"


def cleaned(name, texts):
    names = [f"{name}_{at}" for at in range(len(texts))] if name == "moment" else [name]
    form = SampleForm(dict(zip(names, texts)))
    form.is_valid()
    if name in form.errors:
        return {"errors": form.errors[name]}
    value = form.cleaned_data[name]
    if name in ("extra", "weight"):
        return {"value": value}
    if name in ("price", "share"):
        # The same number without an exponent, and without the sign of zero.
        value = None if value is None else format(value + 0, "f")
    if name == "moment":
        value = value.replace(tzinfo=None)
    return {"value": "" if value is None else str(value)}


print(json.dumps([cleaned(name, texts) for name, texts in OURS]))
