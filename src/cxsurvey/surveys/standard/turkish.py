"""The ready texts in Turkish. A name takes no suffix, since nobody can know which one fits it."""

from __future__ import annotations

from cxsurvey.surveys.standard.wording import Ask, Groups, Question, Talk, Wording, Words

_BETTER = "Neyi daha iyi yapabileceğimizi görmemize yardımcı oluyor."

TURKISH = Wording(
    unknown="Bilmiyorum",
    contact="Yanıtınızla ilgili olarak sizinle iletişime geçebilir miyiz?",
    contact_address="E-posta adresiniz veya telefon numaranız",
    questions={
        Ask.RECOMMEND: Question(
            "{name} markasını bir arkadaşınıza veya iş arkadaşınıza tavsiye etme olasılığınız nedir?",
            "Hiç olası değil",
            "Son derece olası",
        ),
        Ask.WORKPLACE: Question(
            "{name} şirketini çalışılacak bir yer olarak bir arkadaşınıza tavsiye etme olasılığınız nedir?",
            "Hiç olası değil",
            "Son derece olası",
        ),
        Ask.SATISFACTION: Question(
            "{name} ile yaşadığınız deneyimden ne kadar memnunsunuz?",
            "Hiç memnun değilim",
            "Çok memnunum",
        ),
        Ask.FIVE_FACES: Question(
            "{name} ile deneyiminiz nasıldı?",
            "Hiç memnun değilim",
            "Çok memnunum",
            ("Hiç memnun değilim", "Memnun değilim", "Ne memnunum ne değilim", "Memnunum", "Çok memnunum"),
        ),
        Ask.THREE_FACES: Question(
            "{name} ile deneyiminiz nasıldı?",
            "Memnun değilim",
            "Memnunum",
            ("Memnun değilim", "Ne memnunum ne değilim", "Memnunum"),
        ),
        Ask.THUMBS: Question(
            "{name} ile yaşadığınız deneyimden memnun kaldınız mı?", "Hayır", "Evet", ("Hayır", "Evet")
        ),
        Ask.STARS: Question(
            "{name} için kaç yıldız verirsiniz?",
            "Çok kötü",
            "Mükemmel",
            ("1 yıldız", "2 yıldız", "3 yıldız", "4 yıldız", "5 yıldız"),
        ),
        Ask.EASE: Question(
            "Şu ifadeye ne ölçüde katılıyorsunuz? {name} işimi kolayca halletmemi sağladı.",
            "Kesinlikle katılmıyorum",
            "Kesinlikle katılıyorum",
        ),
        Ask.EFFORT: Question(
            "{name} ile işinizi halletmek için ne kadar çaba harcamanız gerekti?",
            "Çok az çaba",
            "Çok fazla çaba",
        ),
    },
    talks={
        Talk.CUSTOMER: Groups(
            detractor=Words(
                "Neler ters gitti, neyi daha iyi yapmalıyız?",
                "Bizimle paylaştığınız için teşekkür ederiz.",
                "Beklentinizi karşılayamadığımız için üzgünüz. Yazdıklarınızı bunu düzeltebilecek kişilere iletiyoruz.",
            ),
            passive=Words("Neler daha iyi olabilirdi?", "Yanıtınız için teşekkür ederiz.", _BETTER),
            promoter=Words(
                "En çok neyi beğendiniz?",
                "Çok teşekkür ederiz!",
                "Memnun kalmanıza çok sevindik. Bunu ekibimizle de paylaşacağız.",
            ),
        ),
        Talk.EFFORT: Groups(
            detractor=Words(
                "Sizi en çok zorlayan neydi?",
                "Bizimle paylaştığınız için teşekkür ederiz.",
                "Sizi uğraştırdığımız için üzgünüz. Yazdıklarınızı bunu kolaylaştırabilecek kişilere iletiyoruz.",
            ),
            passive=Words(
                "Neler daha kolay olabilirdi?",
                "Yanıtınız için teşekkür ederiz.",
                "Neyi daha kolay hâle getirebileceğimizi görmemize yardımcı oluyor.",
            ),
            promoter=Words(
                "İşinizi kolaylaştıran neydi?",
                "Çok teşekkür ederiz!",
                "Kolay olmasına çok sevindik. Bunu ekibimizle de paylaşacağız.",
            ),
        ),
        Talk.WORKPLACE: Groups(
            detractor=Words(
                "Öncelikle neyin değişmesi gerekiyor?",
                "Açık sözlülüğünüz için teşekkür ederiz.",
                "Yazdıklarınız nelerin değişmesi gerektiğini görmemize yardımcı oluyor.",
            ),
            passive=Words("Burada çalışmayı ne daha iyi hâle getirir?", "Yanıtınız için teşekkür ederiz.", _BETTER),
            promoter=Words(
                "Burada çalışmanın en sevdiğiniz yanı nedir?",
                "Çok teşekkür ederiz!",
                "Burada çalışmayı sevmenize çok sevindik.",
            ),
        ),
    },
)
