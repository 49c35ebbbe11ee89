"""The fixed words of the letters: Arabic first and English beneath, whatever language the page is read in."""

WORDS = {
    "portal": "شموس",
    "motto": "بوابة المنشآت الخاصة",
    "statement_title": "إفادة ارتباط بنظام شموس",
    "number": "الرقم:",
    "date": "التاريخ:",
    "equals": "الموافق:",
    "addressee": "السادة /",
    "respected": "المحترمين",
    "greeting": "السلام عليكم ورحمة الله وبركاته، وبعد:",
    "statement": (
        "إشارةً إلى خطابكم الموجَّه إلينا بطلب الإفادة عن ارتباط المنشأة الموضحة بياناتها أدناه بنظام شموس، "
        "نفيدكم بأن المنشأة مسجلة في النظام ومرتبطة به، وأن اشتراكها مفعَّل خلال المدة المبينة "
        "أدناه، وذلك بعد "
        "التحقق من وثائقها ومطابقتها بأصولها."
    ),
    "purpose": "وقد صدرت هذه الإفادة بناءً على طلب المنشأة لتقديمها إليكم لاستكمال إجراءات الترخيص.",
    "closing": "وتقبلوا خالص التحية والتقدير.",
    "supervisor": "المشرف:",
    "from": "من",
    "until": "إلى",
    "automatic": "صدر هذا الخطاب آليًا من نظام شموس موقَّعًا رقميًا، ولا يحتاج إلى توقيع بخط اليد أو ختم.",
    "verify": "للتحقق من صحته امسح الرمز المجاور، أو أدخل رمز التحقق أو الملف نفسه في صفحة التحقق.",
    "address": "صفحة التحقق:",
    "code": "رمز التحقق:",
    "qr": "رمز استجابة سريعة يفتح صفحة التحقق من هذا الخطاب",
    "reference_qr": "رمز استجابة سريعة للرقم المرجعي",
    "barcode": "رمز شريطي للرقم المرجعي",
    "signature": "توقيع شموس الرقمي",
    "trial": "للتجربة فقط، ولا يُعتد به",
    "trial_mark": "للتجربة",
    "page": "صفحة",
    "of": "من",
}

ENGLISH = {
    "portal": "Shumoos",
    "motto": "The portal of private establishments",
    "statement_title": "Statement of connection to Shumoos",
    "number": "Number:",
    "date": "Date:",
    "addressee": "To:",
    "statement": (
        "With reference to your letter asking us to state whether the establishment below is connected to "
        "Shumoos: it is registered with the system and connected to it, and its subscription is active for "
        "the period below, after its documents were checked and compared with their originals."
    ),
    "purpose": (
        "This statement was issued at the establishment's request, to be presented to you so that the "
        "licensing procedure can be completed."
    ),
    "closing": "With our best regards.",
    "supervisor": "Supervisor:",
    "from": "from",
    "until": "until",
    "automatic": (
        "Issued by the Shumoos system and signed digitally; no handwritten signature or stamp is needed."
    ),
    "verify": (
        "To verify it scan the code, or enter the verification code or the file itself on the page below."
    ),
    "address": "Verification page:",
    "code": "Verification code:",
    "trial": "Development: a trial without any validity",
    "trial_mark": "DEVELOPMENT",
    "page": "Page",
    "of": "of",
}

# What the table of a statement says, in this order, in both languages; what the content lacks is left out.
ROWS = {
    "establishment": ("اسم المنشأة", "Establishment"),
    "licence_number": ("رقم الترخيص", "Licence number"),
    "commercial_registration": ("رقم السجل التجاري", "Commercial registration"),
    "city": ("المدينة", "City"),
    "reference": ("الرقم المرجعي", "Reference number"),
    "period": ("مدة الاشتراك", "Subscription"),
    "presented": ("تقديم الوثائق", "Documents presented"),
}
